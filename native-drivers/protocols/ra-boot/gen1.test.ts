import { afterEach, describe, expect, it } from 'vitest';
import { openSerial, type SerialTransport } from '#drivers/transports/serial.ts';
import { openPseudoTerminal, type PseudoTerminal } from '#drivers/virtual/wire/pseudo-terminal.ts';
import { boundaryOf, setBoundary } from './boundary.ts';
import { RaBootClient } from './client.ts';
import { gen1Dlm, moveGen1Dlm, moveWithKey } from './dlm.ts';
import { gen1KeyHolds, setGen1Key } from './gen1-keys.ts';
import { RxBootClient } from './rx-client.ts';

/** The host's bytes against those of Renesas' example code for RA6M4 and of the public tool for RX, turn by turn. */
type Turns = readonly (readonly [expected: string, answer: string])[];
const LONG = 'FFFFFFFF FFFFFFFF';
const HANDSHAKE = (code: string): Turns => [
  ['000000', '00'],
  ['55', code],
];
const INQUIRY: Turns = [['01 00 01 00 FF 03', `81 00 0A 00 00 ${LONG} FE 03`]];
const signal = new AbortController().signal;
const plain = (text: string) => text.replaceAll(' ', '').toLowerCase();

let terminal: PseudoTerminal | undefined;
let transport: SerialTransport | undefined;
afterEach(async () => {
  await transport?.close();
  terminal?.close();
});

/** Answers each turn once its bytes are there, and nothing that is not in the script. */
async function scripted(...turns: Turns): Promise<SerialTransport> {
  const script = [...turns];
  let heard = '';
  const open = openPseudoTerminal((bytes) => {
    heard += Buffer.from(bytes).toString('hex');
    const [expected, answer] = script[0] ?? ['', ''];
    if (script.length === 0 || !heard.startsWith(plain(expected))) return;
    heard = heard.slice(plain(expected).length);
    script.shift();
    open.write(Buffer.from(plain(answer), 'hex'));
  });
  terminal = open;
  transport = await openSerial(open.path, 9600);
  return transport;
}
const connected = async (...turns: Turns) =>
  RaBootClient.connect(await scripted(...HANDSHAKE('C6'), ...INQUIRY, ...turns), { signal });

describe('first generation', () => {
  it('reads the life cycle and moves it', async () => {
    const client = await connected(
      ['01 00 01 2C D3 03', '81 00 02 2C 02 D0 03'],
      ['01 00 03 71 02 03 87 03', `81 00 0A 71 00 ${LONG} 8D 03`],
    );
    expect(await gen1Dlm(client)).toBe('SSD');
    await moveGen1Dlm(client, 'SSD', 'NSECSD');
  });

  it('sets and reads the boundary', async () => {
    const client = await connected(
      ['01 00 0B 4E 0008 0020 0004 0002 0020 59 03', `81 00 0A 4E 00 ${LONG} B0 03`],
      ['01 00 01 4F B0 03', '81 00 0B 4F 0008 0020 0004 0002 0020 58 03'],
    );
    const boundary = { CFS1: 8, CFS2: 32, DFS: 4, SRS1: 2, SRS2: 32 };
    await setBoundary(client, boundary);
    expect(await boundaryOf(client)).toEqual(boundary);
  });

  const key = {
    wufpk: Buffer.alloc(36, 0x22).fill(0x99, 0, 4),
    iv: Buffer.alloc(16, 0x33),
    encryptedKey: Buffer.alloc(32, 0x44),
  };
  const bytes = `${'22'.repeat(32)}${'33'.repeat(16)}${'44'.repeat(32)}`;

  it('sends a wrapped key as its example does: 80 bytes of data behind the command', async () => {
    const client = await connected(
      ['01 00 02 28 01 D5 03', `81 00 0A 28 00 ${LONG} D6 03`],
      [`81 00 51 28 ${bytes} 97 03`, `81 00 0A 28 00 ${LONG} D6 03`],
      ['01 00 02 29 01 D4 03', `81 00 0A 29 00 ${LONG} D5 03`],
      ['01 00 02 29 02 D3 03', `81 00 0A A9 D1 ${LONG} 84 03`],
    );
    await setGen1Key(client, 'dlm', 1, key);
    expect(await gen1KeyHolds(client, 'dlm', 1)).toBe(true);
    expect(await gen1KeyHolds(client, 'dlm', 2)).toBe(false);
  });

  it('sends it in one command where the chip refuses that as a packet, and nowhere else', async () => {
    const client = await connected(
      ['01 00 02 28 01 D5 03', '81 00 02 A8 C1 95 03'],
      [`01 00 52 28 01 ${bytes} 95 03`, '81 00 02 28 00 D6 03'],
      ['01 00 02 28 01 D5 03', '81 00 02 A8 E4 72 03'],
    );
    await setGen1Key(client, 'dlm', 1, key);
    await expect(setGen1Key(client, 'dlm', 1, key)).rejects.toMatchObject({
      code: 'wrong-state',
      context: { command: 'keySet' },
    });
  });

  it('answers a challenge; HMAC by openssl over sixteen 01 and 32 zeros under sixteen 0B', async () => {
    const mac = 'fa2b91a4534cb14454266df98d347651257d403b4997e9205ce3b7c5bc4f4c2a';
    const client = await connected(
      ['01 00 04 30 03 02 00 C7 03', `81 00 11 30 ${'01'.repeat(16)} AF 03`],
      [`81 00 21 30 ${mac} 17 03`, `81 00 0A 30 00 ${LONG} CE 03`],
    );
    await moveWithKey(client, 'NSECSD', 'SSD', Buffer.alloc(16, 0x0b));
  });
});

describe('RX', () => {
  it('echoes the status of an answer in two parts, and sends an empty frame to have a page', async () => {
    const port = await scripted(
      ...HANDSHAKE('C2'),
      ['01 00 01 2C D3 03', '81 00 02 2C 00 D2 03'],
      ['81 00 02 2C 00 D2 03', '81 00 02 2C FF D3 03'],
      ['01 00 09 15 FFFF0000 FFFF0003 E3 03', '81 00 02 15 00 E9 03'],
      ['81 00 01 15 EA 03', '81 00 05 15 01020304 DC 03'],
      ['01 00 09 10 FFFF0000 FFFF1FFF CD 03', '81 00 02 90 E0 8E 03'],
    );
    const client = await RxBootClient.connect(port, signal);
    expect(client.bootCode).toBe(0xc2);
    expect(await client.needsId()).toBe(false);
    expect([...(await client.read(0xffff_0000, 4))]).toEqual([1, 2, 3, 4]);
    expect(await client.isBlank({ start: 0xffff_0000, end: 0xffff_1fff })).toBe(false);
  });
});
