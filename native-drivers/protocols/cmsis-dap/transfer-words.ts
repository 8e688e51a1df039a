import { damaged, said, type Words } from '#drivers/core/decoder.ts';
import { count, hex8 } from './command-details.ts';
import type { Spoken } from './command-words.ts';
import { ACK, REQUEST } from './constants.ts';
import { isSelect, type RegisterNames } from './register-names.ts';

/** Bit 7 of a request: the answer has the time of the access before its word (CMSIS-DAP 2.1, "DAP_Transfer"). */
const STAMPED = 0x80;
const WORD = 4;
const HEAD = 3;
const BLOCK_HEAD = 5;
const BLOCK_ANSWER_HEAD = 4;
/** As many as one line has room for. */
const MOST_ACCESSES = 12;
const MOST_WORDS = 8;
const TRANSFER = 'DAP_Transfer';
const BLOCK = 'DAP_TransferBlock';

/** Of accesses; `selects`: they write SELECT, which a refusal leaves unknown. */
export type Transfer = Spoken & { selects: boolean };

interface Access {
  request: number;
  name: string;
  /** Words that the answer has for it. */
  words: number;
  text: string;
}

/** Acknowledge of an answer (CMSIS-DAP 2.1, "DAP_Transfer"): what the probe saw itself comes before what the part said. */
export function ackName(ack: number): string {
  if ((ack & ACK.mismatch) !== 0) return 'Mismatch';
  if ((ack & ACK.protocol) !== 0) return 'Protocol error';
  const bits = ack & ACK.mask;
  return ACK_NAMES.get(bits) ?? `Acknowledge ${bits}`;
}
const ACK_NAMES = new Map<number, string>([
  [ACK.ok, 'OK'],
  [ACK.wait, 'WAIT'],
  [ACK.fault, 'FAULT'],
  [ACK.none, 'NO ACK'],
]);

const some = (texts: readonly string[], most: number): string => {
  const more = texts.length - most;
  return [...texts.slice(0, most), ...(more > 0 ? [`${count(more)} more`] : [])].join('; ');
};
const words = (number: number): string => `${count(number)} ${number === 1 ? 'word' : 'words'}`;

/** DAP_Transfer: index, count, then each request with its word. */
export function transferWords(command: Buffer, registers: RegisterNames): Transfer {
  const accesses = accessesOf(command, registers);
  const answer = (response: Buffer): Words => transferAnswer(response, accesses);
  if (accesses === null) return { name: TRANSFER, selects: true, words: damaged(TRANSFER), answer };
  const texts = accesses.map(({ text }) => text);
  const title = `${TRANSFER}, ${texts.length} ${texts.length === 1 ? 'access' : 'accesses'}`;
  const selects = accesses.some(({ request }) => isSelect(request));
  return { name: TRANSFER, selects, words: said(title, some(texts, MOST_ACCESSES)), answer };
}

/** Null: shorter than it says. */
function accessesOf(command: Buffer, registers: RegisterNames): Access[] | null {
  const accesses: Access[] = [];
  let at = HEAD;
  for (let left = command[2] ?? 0; left > 0; left -= 1) {
    const request = command[at] ?? 0;
    const bare = (request & REQUEST.read) !== 0 && (request & REQUEST.match) === 0;
    const next = at + 1 + (bare ? 0 : WORD);
    if (next > command.length) return null;
    accesses.push(accessOf(request, bare ? null : command.readUInt32LE(at + 1), registers));
    at = next;
  }
  return command.length < HEAD ? null : accesses;
}

function accessOf(request: number, value: number | null, registers: RegisterNames): Access {
  const name = registers.of(request);
  const access = { request, name, words: (value === null ? 1 : 0) + ((request & STAMPED) === 0 ? 0 : 1) };
  if (value === null) return { ...access, text: `read ${name}` };
  if ((request & REQUEST.read) !== 0) return { ...access, text: `until ${name} is ${hex8(value)}` };
  if ((request & REQUEST.mask) !== 0) return { ...access, text: `match mask ${hex8(value)}` };
  registers.written(request, value);
  return { ...access, text: `write ${name} ${hex8(value)}` };
}

/** `accesses` null: the command was not seen, or was damaged. */
export function transferAnswer(response: Buffer, accesses: readonly Access[] | null): Words {
  const [, done, ack] = response;
  if (done === undefined || ack === undefined || done > (accesses?.length ?? done)) return damaged(TRANSFER);
  const title = `${ackName(ack)} ${TRANSFER}, ${done}${accesses === null ? ' done' : ` of ${accesses.length}`}`;
  const values: string[] = [];
  let at = HEAD;
  for (const { request, name, words: own } of accesses?.slice(0, done) ?? []) {
    const end = at + own * WORD;
    // The reference firmware counts a posted read whose word then does not come.
    if (end > response.length)
      return ack === ACK.ok ? damaged(TRANSFER) : said(title, some(values, MOST_WORDS));
    if (own > ((request & STAMPED) === 0 ? 0 : 1))
      values.push(`${name} ${hex8(response.readUInt32LE(end - WORD))}`);
    at = end;
  }
  return said(title, some(values, MOST_WORDS));
}

/** DAP_TransferBlock: index, count of 16 bits, one request, words. */
export function blockWords(command: Buffer, registers: RegisterNames): Transfer {
  const request = command[BLOCK_HEAD - 1];
  if (request === undefined)
    return { name: BLOCK, selects: true, words: damaged(BLOCK), answer: (it) => blockAnswer(it, false) };
  const reads = (request & REQUEST.read) !== 0;
  const about = { name: BLOCK, selects: isSelect(request), answer: (it: Buffer) => blockAnswer(it, reads) };
  const number = command.readUInt16LE(2);
  const values = reads ? [] : wordsFrom(command, BLOCK_HEAD, number);
  if (values === null) return { ...about, words: damaged(BLOCK) };
  if (about.selects) registers.forget();
  const detail = [registers.of(request), ...(values.length > 0 ? [some(values, MOST_WORDS)] : [])].join(': ');
  return { ...about, words: said(`${BLOCK}, ${reads ? 'read' : 'write'} ${words(number)}`, detail) };
}

export function blockAnswer(response: Buffer, reads: boolean): Words {
  if (response.length < BLOCK_ANSWER_HEAD) return damaged(BLOCK);
  const done = response.readUInt16LE(1);
  const values = reads ? wordsFrom(response, BLOCK_ANSWER_HEAD, done) : [];
  const title = `${ackName(response.readUInt8(3))} ${BLOCK}, ${words(done)}`;
  return values === null ? damaged(BLOCK) : said(title, some(values, MOST_WORDS));
}

/** Null: there are not so many. */
function wordsFrom(packet: Buffer, from: number, number: number): string[] | null {
  if (from + number * WORD > packet.length) return null;
  return Array.from({ length: number }, (_, index) => hex8(packet.readUInt32LE(from + index * WORD)));
}
