import { framedDecoder, type Direction, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';
import { ACK, COMMAND, NACK, SYNC } from './constants.ts';

const NAMES = new Map<number, string>(Object.entries(COMMAND).map(([name, code]) => [code, name]));
const ADDRESS_BYTES = 5;
/** Commands whose next piece is an address with its checksum. */
const ADDRESSED: ReadonlySet<number> = new Set([COMMAND.read, COMMAND.go, COMMAND.write]);

/** What the host sends next: a command, an address, or the data of a write. */
type Next = 'command' | 'address' | 'data';
type Words = Exclude<Taken, string>;

/**
 * The USART boot loader in words. Its answers have no frame: what is no ACK or NACK is a run of bytes, and so is a byte
 * of memory that reads like one. What the host sends is told by the command before it. There are no keys on this wire.
 */
export function stm32BootDecoder(): FrameDecoder {
  let next: Next = 'command';
  let command = 0;
  const sent = (bytes: Uint8Array, at: number): Taken => {
    const taken = next === 'command' ? commandAt(bytes, at) : pieceAt(next, bytes, at);
    if (typeof taken === 'string') return taken;
    if (next === 'address') next = command === COMMAND.write ? 'data' : 'command';
    else if (next === 'data') next = 'command';
    else if (taken.size === 2) {
      command = bytes[at] ?? 0;
      next = ADDRESSED.has(command) ? 'address' : 'command';
    }
    return taken;
  };
  const received = (bytes: Uint8Array, at: number): Taken => {
    // A refused command asks for nothing more.
    if (bytes[at] === NACK) next = 'command';
    if (bytes[at] === ACK) return words(1, 'ACK');
    return bytes[at] === NACK ? words(1, 'NACK') : 'garbage';
  };
  return framedDecoder((bytes, at, direction: Direction) =>
    direction === 'sent' ? sent(bytes, at) : received(bytes, at),
  );
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

function pieceAt(next: 'address' | 'data', bytes: Uint8Array, at: number): Taken {
  const size = next === 'address' ? ADDRESS_BYTES : (bytes[at] ?? 0) + 3;
  if (bytes.length - at < size) return 'incomplete';
  const piece = bytes.subarray(at, at + size);
  const fault = piece.reduce((sum, byte) => sum ^ byte, 0) !== 0;
  if (next === 'data') return words(size, `Data, ${size - 2} B`, fault);
  return words(size, `Address ${hex(Buffer.from(piece).readUInt32BE(0), 8)}`, fault);
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').toUpperCase();
