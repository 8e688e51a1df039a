import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { openHostRig } from './host-rig.test-support.ts';

const PLACES = [
  { target: 'ra8m1', start: 0x02000000 },
  { target: 'ra6m4', start: 0 },
  { target: 'rx65n', start: 0xffff_0000 },
  { target: 'stm32f4', start: 0x08000000 },
  { target: 'stm32f4-swd', virtual: 'bmp', start: 0x08000000 },
  { target: 'nxp-puf', start: 0 },
  { target: 'esp32c3', start: 0x10000 },
];
const BYTES = 24_000;

it.each(PLACES)(
  'driver-process-killed: $target in the middle of a write; the next process writes the same part whole',
  { timeout: 30_000 },
  async ({ target, virtual, start }) => {
    const rig = await openHostRig(target, virtual);
    onTestFinished(() => rig.close());
    const { chipUid } = await rig.run('identify', { target });
    const image = await rig.put('a', { address: start, bytes: Uint8Array.from(randomBytes(BYTES)) });
    const next = rig.successor();
    let killed = false;
    const written = rig.run('program', image, ({ done, total }) => {
      if (killed || done === 0 || done >= total) return;
      killed = true;
      rig.kill();
    });
    await expect(written).rejects.toMatchObject({ code: 'host-died', chip: 'unknown' });
    expect(killed).toBe(true);
    await next;
    expect((await rig.run('identify', { target })).chipUid).toBe(chipUid);
    await rig.run('program', image);
    expect((await rig.run('verify', image)).bytes).toBeGreaterThanOrEqual(BYTES);
  },
);
