import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { boundaryOf, setBoundary } from '#drivers/protocols/ra-boot/boundary.ts';
import { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import { COMMAND, GEN1_KEY, PARAMETER_INITIALIZE, SOH } from '#drivers/protocols/ra-boot/constants.ts';
import { gen1Dlm, initializeGen1, moveGen1Dlm, moveWithKey } from '#drivers/protocols/ra-boot/dlm.ts';
import { gen1KeyHolds } from '#drivers/protocols/ra-boot/gen1-keys.ts';
import { crc32Of, erase, read, write } from '#drivers/protocols/ra-boot/memory.ts';
import {
  scriptedChip,
  type ScriptedChip,
  type Turn,
} from '#drivers/protocols/ra-boot/scripted-chip.test-support.ts';
import { encodeFrame } from '#drivers/protocols/ra-boot/writer.ts';
import { bytesOf, readRecording } from './recorded/recording.test-support.ts';
import { RADFU_BYTES } from './recorded/radfu.ts';

const LONG = '81000a0000fffffffffffffffffe03';
/** Ours alone: three zeros before it listens, and a question whether the part is in step. */
const BEGIN: Turn[] = [
  { expect: '000000', answer: '00' },
  { expect: '55', answer: 'c6' },
  { expect: '01000100ff03', answer: LONG },
];
const BOUNDARY = { CFS1: 32, CFS2: 64, DFS: 4, SRS1: 8, SRS2: 16 };
const transfer = { signal: new AbortController().signal, progress: (): void => undefined };

/** A command of radfu's with its answer, and the data frames that belong to it. */
type Exchange = Turn[];

/** What radfu asked the part, in order; without its hand-shakes. */
function exchangesOf(name: string): Exchange[] {
  const all: Exchange[] = [];
  for (const [, sent = '', answer = ''] of readRecording(name)
    .lines.join('\n')
    .matchAll(/^> ([08]1\w+)\n< (81\w+)$/gm)) {
    if (bytesOf(sent)[0] === SOH) all.push([]);
    all.at(-1)?.push({ expect: sent, answer });
  }
  return all;
}
const codeOf = (exchange: Exchange): number => bytesOf(exchange[0]?.expect ?? '')[3] ?? -1;

let chip: ScriptedChip | undefined;
afterEach(() => chip?.close());

/** Our client on a part that answers those commands of radfu's, each as it last was, and nothing else. */
async function client(name: string, codes: readonly number[], first = false): Promise<RaBootClient> {
  const said = exchangesOf(name);
  const script = codes.map((code) =>
    first ? said.find((one) => codeOf(one) === code) : said.findLast((one) => codeOf(one) === code),
  );
  chip = await scriptedChip([...BEGIN, ...script.flatMap((one) => one ?? [])]);
  return RaBootClient.connect(chip.transport, { signal: transfer.signal });
}

const ra8Dlm = (ours: RaBootClient): Promise<string> => ours.dlm();

describe.each([
  { name: 'radfu-ra6m4', base: 0, product: /^R7FA6M4/, dlmOf: gen1Dlm, dlm: 'DPL' },
  { name: 'radfu-ra8m1', base: 0x0200_0000, product: /^R7FA8M1/, dlmOf: ra8Dlm, dlm: 'OEM' },
])('what radfu and the simulated part said to each other, $name', ({ name, base, product, dlmOf, dlm }) => {
  const image = { start: base, end: base + RADFU_BYTES - 1 };

  it('is what our own client says and reads: who the part is, its state, boundary and parameter', async () => {
    const { signature, dlmGet, boundarySet, boundaryGet, parameterGet } = COMMAND;
    const ours = await client(name, [signature, dlmGet, boundarySet, boundaryGet, parameterGet]);
    expect((await ours.signature()).product).toMatch(product);
    expect(await dlmOf(ours)).toBe(dlm);
    await setBoundary(ours, BOUNDARY);
    expect(await boundaryOf(ours)).toEqual(BOUNDARY);
    expect(await ours.parameter(PARAMETER_INITIALIZE)).toBe(0x07);
  });

  it('is what our own client says and reads: erase, write, read, sum', async () => {
    const written = exchangesOf(name).find((one) => codeOf(one) === COMMAND.write) ?? [];
    const bytes = Buffer.concat(written.slice(1).map(({ expect: sent }) => bytesOf(sent).subarray(4, -2)));
    expect(bytes).toHaveLength(RADFU_BYTES);
    const ours = await client(name, [COMMAND.erase, COMMAND.write, COMMAND.read, COMMAND.crc]);
    await erase(ours, { start: base, end: base + 0x1fff }, 0x2000);
    await write(ours, base, bytes, 128, transfer);
    const found: Uint8Array[] = [];
    await read(ours, image, transfer, (part) => found.push(part));
    expect(Buffer.concat(found).equals(bytes)).toBe(true);
    expect(await crc32Of(ours, image)).toBe(crc32(bytes));
  });
});

it('life cycle of an RA6M4: the same moves, initialize and key check, to the byte', async () => {
  const { dlmMove, initialize, keyVerify } = COMMAND;
  const ours = await client('radfu-ra6m4', [keyVerify, dlmMove, initialize], true);
  expect(await gen1KeyHolds(ours, 'dlm', GEN1_KEY.SECDBG)).toBe(true);
  await moveGen1Dlm(ours, 'SSD', 'NSECSD');
  await initializeGen1(ours, 'NSECSD');
  await chip?.close();
  await moveGen1Dlm(await client('radfu-ra6m4', [dlmMove]), 'DPL', 'LCK_BOOT');
});

it('answers a challenge as radfu did, run with this key: its HMAC is OpenSSL’s', async () => {
  const challenge = bytesOf('7979ade46599d75ad9bf1096744f10fc');
  const response = '5fae4ea8596c501c6e4519198594aadc916d50518fcd7482d515ac9bfea80ed4';
  const frame = (kind: 'command' | 'data', bytes: Uint8Array): string =>
    Buffer.from(encodeFrame(kind, COMMAND.authenticate, bytes)).toString('hex');
  const asked = frame('command', Uint8Array.of(3, 2, 0));
  chip = await scriptedChip([
    ...[...BEGIN, { expect: asked, answer: frame('data', challenge) }],
    { expect: frame('data', bytesOf(response)), answer: frame('data', Uint8Array.of(0)) },
  ]);
  const ours = await RaBootClient.connect(chip.transport, { signal: transfer.signal });
  await moveWithKey(ours, 'NSECSD', 'SSD', bytesOf('00112233445566778899aabbccddeeff'));
  expect(chip.sent()).toContain(response);
});
