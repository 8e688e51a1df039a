import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openUsbRig, type UsbRig } from '../dfu/usb-rig.test-support.ts';

let rig: UsbRig;
beforeAll(async () => {
  rig = await openUsbRig('stm32f0-dap', 'cmsis-dap-hid');
});
afterAll(() => rig.close());

it('serves a part behind a probe of version 1, in reports of 64 bytes, one at a time', async () => {
  const { chipUid } = await rig.run('identify', { target: 'stm32f0-dap' });
  expect(chipUid).toBe((await rig.hands.status()).uid);
  const image = rig.image({ address: 0x08000000, bytes: Uint8Array.from(randomBytes(5000)) });
  await rig.run('program', { image });
  expect((await rig.run('verify', { image })).bytes).toBe(5000);
});
