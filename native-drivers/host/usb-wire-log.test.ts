import { afterEach, describe, expect, it } from 'vitest';
import type { WireEntry } from '#drivers/core/host-api.ts';
import { openUsbRig, type UsbRig } from '#drivers/targets/dfu/usb-rig.test-support.ts';

const FLASH = 0x08000000;
const IMAGE = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7) & 0xff);

let rig: UsbRig;
afterEach(() => rig.close());

async function watched(target: string, virtual: string): Promise<void> {
  rig = await openUsbRig(target, virtual);
  rig.watch(true);
}

/** What came over the wire so far; the log goes on empty. */
function log(): WireEntry[] {
  rig.watch(false);
  const batches = rig.events.flatMap((event) => (event.type === 'bytes' ? [event] : []));
  expect(batches.map(({ dropped }) => dropped)).toEqual(batches.map(() => 0));
  rig.events.length = 0;
  rig.watch(true);
  return batches.flatMap(({ entries }) => entries);
}

const inWords = ({ direction, title, detail }: WireEntry): string =>
  `${direction === 'sent' ? '>' : '<'} ${title}${detail === '' ? '' : ` | ${detail}`}`;

/** Found in this order, with others between them. */
function expectInOrder(said: readonly string[], wanted: readonly string[]): void {
  let at = 0;
  for (const one of wanted) {
    at = said.indexOf(one, at) + 1;
    if (at === 0) expect.fail(`"${one}" is not there, or too early, in\n${said.join('\n')}`);
  }
}

describe('the byte log of a site on USB', () => {
  it('says what an STM32 is asked over DfuSe, also how it refuses once it is protected', async () => {
    await watched('stm32-dfu', 'dfu');
    await rig.run('identify', { target: 'stm32-dfu' });
    await rig.run('program', { image: rig.image({ address: FLASH, bytes: IMAGE }) });
    const programming = log();
    expectInOrder(programming.map(inWords), [
      '> In standard GET_DESCRIPTOR | bmRequestType 80 (device), bRequest 06, wValue 0200, wIndex 0000, wLength 54',
      '< 54 B',
      '> Out standard SET_INTERFACE | bmRequestType 01 (interface), bRequest 0B, wValue 0000, wIndex 0000, wLength 0',
      '> UPLOAD block 2, 2,048 B',
      '< Block 2, 2,048 B',
      '> DNLOAD set address | 08000000',
      '> GETSTATUS',
      '< OK, dfuDNBUSY',
      '> GETSTATUS',
      '< OK, dfuDNLOAD-IDLE',
      '> DNLOAD block 2, 2,048 B',
    ]);
    const block = programming.find(({ title }) => title === 'DNLOAD block 2, 2,048 B');
    // The set-up packet and the first bytes of the image.
    const start = `2101020000000008${Buffer.from(IMAGE.subarray(0, 248)).toString('hex')}`;
    expect(block).toMatchObject({ bytes: 2056, redacted: false, hex: start });
    expect(programming.filter(({ fault }) => fault)).toEqual([]);

    await rig.run('protect', { level: 'RDP1' });
    await expect(rig.run('read-memory', { address: FLASH, length: 16 })).rejects.toMatchObject({
      code: 'protected',
    });
    await rig.run('initialize', {});
    expectInOrder(log().map(inWords), [
      '> DNLOAD set address | 1FFFC000',
      '> DNLOAD block 2, 16 B',
      '< errVENDOR, dfuERROR',
      '> CLRSTATUS',
      '> DNLOAD read unprotect',
      '< OK, dfuDNBUSY',
    ]);
  });

  it('says how long a part on a paced bus is busy', async () => {
    rig = await openUsbRig('stm32-dfu', 'dfu', 'wire');
    rig.watch(true);
    await rig.run('identify', { target: 'stm32-dfu' });
    await rig.run('program', { image: rig.image({ address: FLASH, bytes: IMAGE.subarray(0, 32) }) });
    expect(log().map(inWords)).toContainEqual(
      expect.stringMatching(/^< OK, dfuDNBUSY \| ask again after \d+ ms$/),
    );
  });

  it('says what a device of DFU 1.1 is asked, beside its program and in its boot loader', async () => {
    await watched('dfu', 'dfu11');
    await rig.run('identify', { target: 'dfu' });
    await rig.run('program', { image: rig.image({ address: 0, bytes: IMAGE }) });
    expectInOrder(log().map(inWords), [
      '> DETACH | within 1,000 ms',
      '> GETSTATUS',
      '< OK, dfuIDLE',
      '> DNLOAD block 0, 1,024 B',
      '> DNLOAD block 2, 952 B',
      '> DNLOAD end | no more blocks',
      '< OK, dfuMANIFEST',
    ]);
  });

  it.each(['cmsis-dap', 'cmsis-dap-hid'])('says every access through a probe: %s', async (virtual) => {
    await watched('stm32f0-dap', virtual);
    const { chipUid } = await rig.run('identify', { target: 'stm32f0-dap' });
    const said = log();
    expectInOrder(said.map(inWords), [
      '> DAP_Info | packet size',
      '> DAP_Connect | SWD',
      '< OK DAP_Connect | SWD',
      '> DAP_SWJ_Clock | 4,000,000 Hz',
      '> DAP_SWJ_Sequence | 16 bits 9EE7 (JTAG to SWD)',
      '> DAP_Transfer, 1 access | read DP DPIDR',
      '< OK DAP_Transfer, 1 of 1 | DP DPIDR 0BB11477',
      '> DAP_Transfer, 1 access | write AP TAR 1FFFF7AC',
      '> DAP_TransferBlock, read 3 words | AP DRW',
    ]);
    const uid = Buffer.from(chipUid, 'hex');
    const words = [0, 4, 8].map((at) => uid.readUInt32LE(at).toString(16).padStart(8, '0').toUpperCase());
    expect(said.map(inWords)).toContain(`< OK DAP_TransferBlock, 3 words | ${words.join('; ')}`);
    expect(said.filter(({ fault, title }) => fault || /^\d+ B$/.test(title))).toEqual([]);
    const ways = said.map(({ direction }) => direction);
    expect(ways.filter((way) => way === 'sent')).toHaveLength(ways.length / 2);
  });

  it('says that the part faults', async () => {
    await watched('stm32f0-dap', 'cmsis-dap');
    await rig.run('identify', { target: 'stm32f0-dap' });
    await expect(rig.run('read-memory', { address: 0x60000000, length: 4 })).rejects.toMatchObject({
      code: 'device-error',
    });
    expectInOrder(log().map(inWords), [
      '> DAP_Transfer, 1 access | write AP TAR 60000000',
      '< FAULT DAP_TransferBlock, 0 words',
      '> DAP_WriteABORT | 0000001E',
      '< OK DAP_WriteABORT',
    ]);
  });
});
