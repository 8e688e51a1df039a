import { afterEach, describe, expect, it } from 'vitest';
import { RaBootClient } from './client.ts';
import { alKey, certificates, oemRootKey } from './keys.ts';
import { crc32Of, erase, read, write } from './memory.ts';
import { scriptedChip } from './scripted-chip.test-support.ts';
import type { ScriptedChip, Turn } from './scripted-chip.test-support.ts';

/** Conversations in the frames of R01AN5562, as public tools hold them. */
const SYNC: Turn[] = [
  { expect: '00 00 00', answer: '00' },
  { expect: '55', answer: 'C6' },
];
const INQUIRY = { expect: '01 00 01 00 FF 03', answer: '81 00 02 00 00 FE 03' };
const signal = new AbortController().signal;

let chip: ScriptedChip;
afterEach(() => chip.close());

async function connected(turns: Turn[]): Promise<RaBootClient> {
  chip = await scriptedChip([...SYNC, INQUIRY, ...turns]);
  return RaBootClient.connect(chip.transport, { signal });
}

describe('hand-shake', () => {
  it.each(['C3', 'C5', 'C6'])('takes boot code %s', async (code) => {
    chip = await scriptedChip([{ expect: '000000', answer: '00' }, { expect: '55', answer: code }, INQUIRY]);
    await expect(RaBootClient.connect(chip.transport, { signal })).resolves.toBeDefined();
  });

  it('sends zeros again to a chip that missed the first, and takes no second 00 for the boot code', async () => {
    chip = await scriptedChip([
      { expect: '00 00 00 00 00 00', answer: '00 00' },
      { expect: '55', answer: '00 C5' },
      INQUIRY,
    ]);
    await expect(RaBootClient.connect(chip.transport, { signal })).resolves.toBeDefined();
  });

  it('asks first when the port was reopened', async () => {
    chip = await scriptedChip([INQUIRY]);
    await RaBootClient.connect(chip.transport, { signal, reopened: true });
    expect(chip.sent()).toBe('01000100ff03');
  });

  it('says no-answer for a silent socket', async () => {
    chip = await scriptedChip([]);
    await expect(RaBootClient.connect(chip.transport, { signal })).rejects.toMatchObject({
      code: 'no-answer',
    });
  });
});

describe('commands', () => {
  it('reads the signature', async () => {
    const client = await connected([
      {
        expect: '01 00 01 3A C5 03',
        answer: `81 00 2A 3A 00 0F 42 40 04 08 01 02 03 ${'A5'.repeat(16)} ${Buffer.from('R7FA8M1AHECBD   ').toString('hex')} ${sum('00 2A 3A 00 0F 42 40 04 08 01 02 03', 'A5'.repeat(16), Buffer.from('R7FA8M1AHECBD   ').toString('hex'))} 03`,
      },
    ]);
    expect(await client.signature()).toEqual({
      maxBaudRate: 1_000_000,
      areaCount: 4,
      type: 8,
      bootFirmware: '1.2.3',
      chipUid: 'a5'.repeat(16),
      product: 'R7FA8M1AHECBD',
    });
  });

  it('erases, writes in frames of 1024 bytes, reads with acknowledgements, asks for a CRC', async () => {
    const bytes = new Uint8Array(1152).fill(0x11);
    const client = await connected([
      { expect: '01 00 09 12 02 00 00 00 02 00 1F FF C3 03', answer: '81 00 02 12 00 EC 03' },
      { expect: '01 00 09 13 02 00 00 00 02 00 04 7F 5D 03', answer: '81 00 02 13 00 EB 03' },
      { expect: `81 04 01 13 ${'11'.repeat(1024)} E8 03`, answer: '81 00 02 13 00 EB 03' },
      { expect: `81 00 81 13 ${'11'.repeat(128)} EC 03`, answer: '81 00 02 13 00 EB 03' },
      {
        expect: '01 00 09 15 02 00 00 00 02 00 04 7F 5B 03',
        answer: `81 04 01 15 ${'11'.repeat(1024)} E6 03`,
      },
      { expect: '81 00 02 15 00 E9 03', answer: `81 00 81 15 ${'11'.repeat(128)} EA 03` },
      { expect: '01 00 09 18 02 00 00 00 02 00 04 7F 58 03', answer: '81 00 05 18 01 02 03 04 D9 03' },
    ]);
    const transfer = { signal, progress: () => undefined };
    await erase(client, { start: 0x0200_0000, end: 0x0200_1fff }, 0x2000);
    await write(client, 0x0200_0000, bytes, 128, transfer);
    const back: Uint8Array[] = [];
    const range = { start: 0x0200_0000, end: 0x0200_047f };
    await read(client, range, transfer, (part) => back.push(part));
    expect(Buffer.concat(back).equals(bytes)).toBe(true);
    expect(await crc32Of(client, range)).toBe(0x0102_0304);
  });

  it('reads on with the long acknowledgement where a chip refuses the short one', async () => {
    const parts = ['A1', 'B2', 'C3'].map((byte) => byte.repeat(1024));
    const data = (bytes = '') => `81 04 01 15 ${bytes} ${sum('04 01 15', bytes)} 03`;
    const client = await connected([
      { expect: '01 00 09 15 02000000 02000BFF D4 03', answer: data(parts[0]) },
      { expect: '81 00 02 15 00 E9 03', answer: '81 00 02 95 C1 A8 03' },
      { expect: '01 00 09 15 02000400 02000BFF D0 03', answer: data(parts[1]) },
      { expect: '81 00 0A 15 00 FFFFFFFF FFFFFFFF E9 03', answer: data(parts[2]) },
    ]);
    const back: Uint8Array[] = [];
    const transfer = { signal, progress: () => undefined };
    await read(client, { start: 0x0200_0000, end: 0x0200_0bff }, transfer, (part) => back.push(part));
    expect(Buffer.concat(back).toString('hex')).toBe(parts.join('').toLowerCase());
  });

  it('sends wrapped keys without the index of their W-UFPK, and certificates in one data frame', async () => {
    const wrapped = `${'22'.repeat(32)}${'33'.repeat(16)}${'44'.repeat(80)}`;
    const client = await connected([
      { expect: '01 00 03 2E 00 FF D0 03', answer: '81 00 02 2E 00 D0 03' },
      {
        expect: `81 00 85 2E 00000000 ${wrapped} ${sum('00 85 2E', wrapped)} 03`,
        answer: '81 00 02 2E 00 D0 03',
      },
      { expect: '01 00 02 28 02 D4 03', answer: '81 00 02 28 00 D6 03' },
      {
        expect: `81 00 85 28 00000000 ${wrapped} ${sum('00 85 28', wrapped)} 03`,
        answer: '81 00 02 28 00 D6 03',
      },
      { expect: '01 00 06 26 02 00 02 00 03 CD 03', answer: '81 00 02 26 00 D8 03' },
      {
        expect: `81 00 06 26 ABABCDCDCD ${sum('00 06 26', 'ABABCDCDCD')} 03`,
        answer: '81 00 02 26 00 D8 03',
      },
    ]);
    const key = {
      wufpk: new Uint8Array(36).fill(0x22).fill(0x99, 0, 4),
      iv: new Uint8Array(16).fill(0x33),
      encryptedKey: new Uint8Array(80).fill(0x44),
    };
    await oemRootKey(client, key, false);
    await alKey(client, 'AL1', key);
    await certificates(client, Buffer.from('ABAB', 'hex'), Buffer.from('CDCDCD', 'hex'));
  });

  it('changes the baud rate on both sides', async () => {
    const client = await connected([
      { expect: '01 00 05 34 00 0F 42 40 36 03', answer: '81 00 02 34 00 CA 03' },
      INQUIRY,
    ]);
    await client.setBaudRate(1_000_000);
    expect(client.baudRate).toBe(1_000_000);
  });

  it('names the status, second status and address of an error', async () => {
    const client = await connected([
      { expect: '01 00 01 2C D3 03', answer: '81 00 07 AC DA 01 02 00 00 10 60 03' },
    ]);
    await expect(client.dlm()).rejects.toMatchObject({
      code: 'protected',
      context: { command: 'dlmGet', status: 'DA', statusName: 'protection', address: '02000010' },
    });
  });

  it('names a second status of four bytes', async () => {
    const client = await connected([
      { expect: '01 00 01 2C D3 03', answer: '81 00 0A AC DB AA AA 02 04 FF FF FF FF 19 03' },
    ]);
    await expect(client.dlm()).rejects.toMatchObject({
      code: 'device-error',
      context: { status: 'DB', status2: 'AAAA0204', address: 'FFFFFFFF' },
    });
  });
});

function sum(...parts: string[]): string {
  const bytes = Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
  return (-bytes.reduce((total, byte) => total + byte, 0) & 0xff).toString(16).padStart(2, '0');
}
