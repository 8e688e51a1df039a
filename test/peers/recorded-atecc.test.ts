import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { OP, ZONE } from '#drivers/protocols/atecc/constants.ts';
import { contentOf, slotAddress, type Command } from '#drivers/protocols/atecc/packet.ts';
import { scriptedChip, type ScriptedChip } from '#drivers/protocols/ra-boot/scripted-chip.test-support.ts';
import { ECCX08_BYTES } from './recorded/eccx08.ts';
import { bytesOf, readRecording } from './recorded/recording.test-support.ts';

interface Exchange {
  line: string;
  answer: string;
  /** Null: a line to the board, not a packet to the chip. */
  command: (Command & { data: Uint8Array }) | null;
  /** What the chip said in its packet. */
  content: Uint8Array;
}

const IDENTITY = 0;
const DATA = 8;
const [EXECUTION, MISCOMPARE] = [0x0f, 0x01];
const TALK = /^E:t\((\w+)\)\n$/;
const inBrackets = (text: string): string => /\((\w*)\)/.exec(text)?.[1] ?? '';
const texts = readRecording('eccx08').lines.map((line) =>
  Buffer.from(bytesOf(line.slice(2))).toString('latin1'),
);
const exchanges = texts.flatMap((line, at) => (at % 2 === 0 ? [exchangeOf(line, texts[at + 1] ?? '')] : []));
const commands = exchanges.flatMap(({ command, content }) =>
  command === null ? [] : [{ command, content }],
);

function exchangeOf(line: string, answer: string): Exchange {
  const packet = Buffer.from(TALK.exec(line)?.[1] ?? '', 'hex');
  const content = contentOf(bytesOf(inBrackets(answer))) ?? new Uint8Array(0);
  if (packet.length === 0) return { line, answer, command: null, content };
  const [op, p1] = [packet.readUInt8(1), packet.readUInt8(2)];
  const command = { op, p1, p2: packet.readUInt16LE(3), data: Uint8Array.from(packet.subarray(5, -2)) };
  return { line, answer, command, content };
}

/** Bytes that the chip says when it does what it is told. */
function answerBytes({ op, p1 = 0 }: Command): number {
  if (op === OP.read) return (p1 & ZONE.block) === 0 ? 4 : 32;
  if (op === OP.info) return 4;
  if (op === OP.random) return 32;
  return op === OP.genKey || op === OP.sign ? 64 : 1;
}

/** Done by our client what the library did; what was refused, with its status. */
async function repeated(client: AteccClient): Promise<number[]> {
  const statuses: number[] = [];
  // The first two are those that find and select the chip.
  for (const { line, command } of exchanges.slice(2)) {
    if (line === 'E:w()\n') await client.wake(0);
    else if (line === 'E:i()\n') await client.idle();
    else if (line === 'E:s()\n') await client.sleep();
    else if (command !== null)
      await client.run(command, answerBytes(command)).catch((error: unknown) => {
        if (!(error instanceof DriverError)) throw error;
        statuses.push(Number(error.context['status']));
      });
  }
  return statuses;
}

const said = (op: number): Uint8Array[] =>
  commands
    .filter(({ command, content }) => command.op === op && content.length === answerBytes(command))
    .map(({ content }) => content);
const told = (op: number): Uint8Array[] =>
  commands.filter(({ command }) => command.op === op).map(({ command }) => command.data);

describe('what ArduinoECCX08 and a simulated ATECC608 said to each other', () => {
  let chip: ScriptedChip | undefined;
  afterEach(() => chip?.close());

  it('is what our own client says, to the byte, and it reads every answer', async () => {
    const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
    const script = exchanges.map(({ line, answer }) => ({ expect: hex(line), answer: hex(answer) }));
    chip = await scriptedChip(script);
    const client = await AteccClient.connect(chip.transport);
    const statuses = await repeated(client);
    client.close();
    expect(chip.sent()).toBe(script.map(({ expect: line }) => line).join(''));
    expect(client.discarded).toBe(0);
    expect(statuses).toEqual([...Array<number>(8).fill(EXECUTION), MISCOMPARE]);
  });

  it('is a signature that node:crypto verifies with the key that the chip showed, over the data that it holds', () => {
    const at = slotAddress(DATA, 0);
    const inSlot = ({ command: { op, p1, p2 } }: { command: Command }): boolean =>
      op === OP.read && ((p1 ?? 0) & 3) === ZONE.data && ((p2 ?? 0) & 0xf8) === at;
    const kept = commands
      .filter(inSlot)
      .map(({ content }) => content)
      .filter((content) => content.length > 1);
    const data = Buffer.concat(kept);
    expect(data).toHaveLength(ECCX08_BYTES);
    expect(told(OP.nonce)[0]).toEqual(Uint8Array.from(createHash('sha256').update(data).digest()));
    const point = Buffer.from(said(OP.genKey)[0] ?? []);
    const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((part) => part.toString('base64url'));
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' } });
    const [signature = new Uint8Array(0)] = said(OP.sign);
    expect(verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    expect(told(OP.verify)[0]).toEqual(Uint8Array.from([...signature, ...point]));
  });

  it('has every command that the station sends but those of the sealed secret and the counter', () => {
    const wanted = Object.values(OP).filter((op) => op !== OP.genDig && op !== OP.counter);
    expect(new Set(commands.map(({ command }) => command.op))).toEqual(new Set(wanted));
    const made = commands.filter(({ command }) => command.op === OP.genKey && command.p2 === IDENTITY);
    expect(made.map(({ content }) => content.length)).toEqual([1, 64, 64]);
  });
});
