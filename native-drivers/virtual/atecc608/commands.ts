import { counter, genDig, genKey, info, nonce, random, sign, verify } from './key-commands.ts';
import { lock, PARSE_ERROR, read, write, type Asked } from './memory-commands.ts';
import type { AteccPart } from './part.ts';

interface Command {
  /** Longest execution time, ms: CryptoAuthLib, calib_execution.c, ATECC608 at clock divider M0. */
  ms: number;
  run(part: AteccPart, asked: Asked): Buffer;
}

const commands: Readonly<Record<number, Command>> = {
  0x02: { ms: 5, run: read },
  0x12: { ms: 45, run: write },
  0x15: { ms: 25, run: genDig },
  0x16: { ms: 20, run: nonce },
  0x17: { ms: 35, run: lock },
  0x1b: { ms: 23, run: random },
  0x24: { ms: 25, run: counter },
  0x30: { ms: 5, run: info },
  0x40: { ms: 115, run: genKey },
  0x41: { ms: 115, run: sign },
  0x45: { ms: 105, run: verify },
};

/** How long the chip works on it, ms. */
export const durationOf = (op: number): number => commands[op]?.ms ?? 0;

/** Content of a command packet to content of the answer. */
export function obey(part: AteccPart, content: Buffer): Buffer {
  const command = commands[content[0] ?? 0];
  if (command === undefined) return PARSE_ERROR;
  return command.run(part, { p1: content[1] ?? 0, p2: content.readUInt16LE(2), data: content.subarray(4) });
}
