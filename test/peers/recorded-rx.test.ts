import { afterEach, describe, expect, it } from 'vitest';
import { SOH } from '#drivers/protocols/ra-boot/constants.ts';
import { RX_BOOT_CODE, RX_COMMAND, RX_PAGE } from '#drivers/protocols/ra-boot/rx-constants.ts';
import { pageFrame, RxBootClient } from '#drivers/protocols/ra-boot/rx-client.ts';
import {
  scriptedChip,
  type ScriptedChip,
  type Turn,
} from '#drivers/protocols/ra-boot/scripted-chip.test-support.ts';
import { bytesOf, readRecording } from './recorded/recording.test-support.ts';
import { RXPROG_ADDRESS } from './recorded/rxprog.ts';

const BLOCKS = [
  { start: 0xfffe_8000, bytes: 0x8000 },
  { start: 0xffff_0000, bytes: 0x2000 },
];
/** Ours sends three zeros before it listens, the program one: the hand-shake is not its own. */
const handShake = (bootCode: number): Turn[] => [
  { expect: '000000', answer: '00' },
  { expect: '55', answer: bootCode.toString(16) },
];

/** What the program sent and what the part answered, a list for each time that it was started; without the hand-shake. */
function runsOf(name: string): Turn[][] {
  const runs = readRecording(name).lines.join('\n').split('!\n').slice(1);
  return runs.map((run) => {
    const said = [...run.matchAll(/^> (\w+)\n< (\w+)$/gm)];
    return said.map(([, sent = '', answer = '']) => ({ expect: sent, answer })).slice(2);
  });
}

const isPage = (sent: string): boolean => sent.startsWith('81010113');
const pagesOf = (turns: readonly Turn[]): Uint8Array[] =>
  turns.filter(({ expect: sent }) => isPage(sent)).map(({ expect: sent }) => bytesOf(sent.slice(8, -4)));

/** What the program does with each of its options, done by our client: blank check and erase, write, verify. */
async function eraseWriteVerify(client: RxBootClient, pages: readonly Uint8Array[]): Promise<Uint8Array[]> {
  await client.deviceType();
  await client.setLittleEndian();
  await client.setClock();
  await client.setBaudRate(230_400);
  await client.needsId();
  const at = (index: number): number => RXPROG_ADDRESS + index * RX_PAGE;
  for (const index of pages.keys()) await blank(client, at(index));
  for (const [index, page] of pages.entries()) await client.writePage(at(index), pageFrame(page));
  const read: Uint8Array[] = [];
  for (const index of pages.keys()) read.push(await client.read(at(index), RX_PAGE));
  return read;
}

async function blank(client: RxBootClient, start: number): Promise<void> {
  if (await client.isBlank({ start, end: start + RX_PAGE - 1 })) return;
  const block = BLOCKS.findLast((one) => one.start <= start);
  if (block !== undefined) await client.erase(block.start, block.bytes);
}

describe.each([
  { part: 'RX65N', runs: runsOf('rxprog'), bootCode: RX_BOOT_CODE.rx65n },
  { part: 'RX72T', runs: runsOf('rxprog-rx72t'), bootCode: RX_BOOT_CODE.rx64m },
])('what rxprog and a simulated $part said to each other', ({ runs, bootCode }) => {
  let chip: ScriptedChip | undefined;
  afterEach(() => chip?.close());

  it.each(runs.map((turns, index) => ({ run: index + 1, turns })))(
    'run $run is what our own client says, to the byte',
    async ({ turns }) => {
      const script = [...handShake(bootCode), ...turns];
      chip = await scriptedChip(script);
      const client = await RxBootClient.connect(chip.transport, new AbortController().signal);
      const pages = pagesOf(turns);
      expect(await eraseWriteVerify(client, pages)).toEqual(pages.map((page) => Buffer.from(page)));
      expect(chip.sent()).toBe(script.map(({ expect: sent }) => sent).join(''));
    },
  );

  it('has every command but the ID code, and an erase of a block of each size', () => {
    const sent = runs.flat().map(({ expect: text }) => bytesOf(text));
    const codes = new Set(sent.filter(([start]) => start === SOH).map((bytes) => bytes[3]));
    const wanted = Object.values(RX_COMMAND).filter((code) => code !== RX_COMMAND.authenticate);
    expect(codes).toEqual(new Set(wanted));
    const erased = sent
      .filter((bytes) => bytes[0] === SOH && bytes[3] === RX_COMMAND.erase)
      .map((bytes) => Buffer.from(bytes).readUInt32BE(4));
    expect(erased).toEqual(BLOCKS.map(({ start }) => start));
  });
});
