import { readdirSync, readFileSync } from 'node:fs';

/** What a script wrote down of a program: the words of its head, and its lines. */
export interface Recording {
  head: ReadonlyMap<string, string>;
  uid: Uint8Array;
  lines: readonly string[];
}

/** Lines of a conversation begin with a sign, those of the head with a word. */
const isHead = (line: string): boolean => /^[a-z]/.test(line);

export function readRecording(name: string): Recording {
  const all = readFileSync(new URL(`${name}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const head = new Map(all.filter(isHead).map((line) => pair(line)));
  return { head, uid: bytesOf(head.get('uid') ?? ''), lines: all.filter((line) => !isHead(line)) };
}

export const recordingNames = (): string[] =>
  readdirSync(new URL('.', import.meta.url)).flatMap((name) =>
    name.endsWith('.txt') ? [name.slice(0, -4)] : [],
  );

/** `-` stands for no bytes. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace('-', ''), 'hex'));

/** One way of the line as one stream: `>` from the program, `<` from the part. */
export const oneWay = ({ lines }: Recording, sign: '>' | '<'): Buffer =>
  Buffer.concat(lines.filter((line) => line.startsWith(sign)).map((line) => bytesOf(line.slice(2))));

/** Pieces of so many bytes, as a line may bring them. */
export const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );

/** What was sent, each with what was answered. Responses of an endpoint come in the order of their commands. */
export function exchanges({ lines }: Recording): { sent: readonly Uint8Array[]; answer: Uint8Array }[] {
  const answers = lines.filter((line) => line.startsWith('<')).map((line) => line.split(' ')[1] ?? '');
  return lines
    .filter((line) => line.startsWith('>'))
    .map((line, index) => ({
      sent: line.split(' ').slice(1).map(bytesOf),
      answer: bytesOf(answers[index] ?? ''),
    }));
}

function pair(line: string): [string, string] {
  const space = line.indexOf(' ');
  return [line.slice(0, space), line.slice(space + 1)];
}
