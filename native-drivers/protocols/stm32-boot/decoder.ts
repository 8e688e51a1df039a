import { framedDecoder, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';
import { hex } from '#drivers/core/hex.ts';
import { ACK, COMMAND, NACK, SYNC } from './constants.ts';

const NAMES = new Map<number, string>(Object.entries(COMMAND).map(([name, code]) => [code, name]));
/** What the host sends after a command, piece by piece (AN3155, section 3). */
type Piece = 'address' | 'data' | 'length' | 'pages' | 'sectors';
const PIECES: ReadonlyMap<number, readonly Piece[]> = new Map<number, readonly Piece[]>([
  [COMMAND.read, ['address', 'length']],
  [COMMAND.go, ['address']],
  [COMMAND.write, ['address', 'data']],
  [COMMAND.erase, ['sectors']],
  [COMMAND.extendedErase, ['pages']],
  [COMMAND.writeProtect, ['sectors']],
]);
/** Answers between two acknowledgements: a list begins with its length - 1. */
const ANSWERS: ReadonlyMap<number, number | 'list'> = new Map<number, number | 'list'>([
  [COMMAND.get, 'list'],
  [COMMAND.version, 3],
  [COMMAND.id, 'list'],
]);
const ADDRESS_BYTES = 5;
/** Section 3.8: counts from here on are special erases, without a list. */
const SPECIAL = 0xfff0;

type Words = Exclude<Taken, string>;

/**
 * The USART boot loader in words. Nothing here has a frame: what the host sends is told by the command before it, and
 * so is what comes after an ACK. There are no keys on this wire.
 */
export function stm32BootDecoder(): FrameDecoder {
  const talk = new Talk();
  return framedDecoder((bytes, at, direction) =>
    direction === 'sent' ? talk.sent(bytes, at) : talk.received(bytes, at),
  );
}

class Talk {
  private pieces: readonly Piece[] = [];
  /** What follows the next ACK, and what follows now. */
  private promised: number | 'list' = 0;
  private answer: number | 'list' = 0;

  sent(bytes: Uint8Array, at: number): Taken {
    this.answer = 0;
    const [piece, ...rest] = this.pieces;
    const taken = piece === undefined ? commandAt(bytes, at) : pieceAt(piece, bytes, at);
    if (typeof taken === 'string') return taken;
    const first = bytes[at] ?? 0;
    this.pieces = piece === undefined ? (taken.size === 2 && PIECES.get(first)) || [] : rest;
    this.promised = piece === undefined ? (ANSWERS.get(first) ?? 0) : piece === 'length' ? first + 1 : 0;
    return taken;
  }

  received(bytes: Uint8Array, at: number): Taken {
    if (this.answer !== 0) return this.answerAt(bytes, at);
    if (bytes[at] === ACK) {
      this.answer = this.promised;
      this.promised = 0;
      return words(1, 'ACK');
    }
    if (bytes[at] !== NACK) return 'garbage';
    // A refused command asks for nothing more.
    this.pieces = [];
    this.promised = 0;
    return words(1, 'NACK');
  }

  private answerAt(bytes: Uint8Array, at: number): Taken {
    const size = this.answer === 'list' ? (bytes[at] ?? 0) + 2 : this.answer;
    if (bytes.length - at < size) return 'incomplete';
    this.answer = 0;
    return words(size, `Answer, ${size} B`);
  }
}

const words = (size: number, title: string, fault = false): Words => ({
  ...{ size, title, detail: '', secret: 'none', fault },
});

function commandAt(bytes: Uint8Array, at: number): Taken {
  const [first, second] = [bytes[at] ?? 0, bytes[at + 1]];
  if (first === SYNC) return words(1, 'Sync');
  const name = NAMES.get(first);
  if (name === undefined) return 'garbage';
  if (second === undefined) return 'incomplete';
  return (first ^ second) === 0xff ? words(2, `Command ${hex(first, 2)} ${name}`) : 'garbage';
}

function pieceAt(piece: Piece, bytes: Uint8Array, at: number): Taken {
  const size = sizeOf(piece, bytes, at);
  if (size === null || bytes.length - at < size) return 'incomplete';
  const all = Buffer.from(bytes.subarray(at, at + size));
  // Pieces carry their XOR, a single byte its complement.
  const fault = all.reduce((sum, byte) => sum ^ byte, 0) !== (size === 2 ? 0xff : 0);
  return words(size, TITLES[piece](all), fault);
}

/** Null: not known yet. */
function sizeOf(piece: Piece, bytes: Uint8Array, at: number): number | null {
  const [first = 0, second] = [bytes[at], bytes[at + 1]];
  if (piece === 'address') return ADDRESS_BYTES;
  if (piece === 'length') return 2;
  if (piece === 'data') return first + 3;
  if (piece === 'sectors') return first === 0xff ? 2 : first + 3;
  if (second === undefined) return null;
  const count = first * 256 + second;
  return count >= SPECIAL ? 3 : 2 * (count + 1) + 3;
}

const TITLES: Readonly<Record<Piece, (bytes: Buffer) => string>> = {
  address: (bytes) => `Address ${hex(bytes.readUInt32BE(0), 8)}`,
  length: (bytes) => `Length ${(bytes[0] ?? 0) + 1}`,
  data: ({ length }) => `Data, ${length - 2} B`,
  sectors: ({ length }) => (length === 2 ? 'All' : `Sectors, ${length - 2}`),
  pages: (bytes) =>
    bytes.length === 3 ? `Special ${hex(bytes.readUInt16BE(0), 4)}` : `Pages, ${(bytes.length - 3) / 2}`,
};
