import { framedDecoder, type Direction, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';
import { COMMAND, HEADER_BYTES, RESPONSE, SLIP } from './constants.ts';

/** A frame longer than any block with every byte escaped is none. */
const LONGEST = 70_000;
const NAMES = new Map<number, string>(Object.entries(COMMAND).map(([name, code]) => [code, name]));

/** SLIP frames of the ROM loader in words. It marks no keys: operations that carry one are blanked whole. */
export const espRomDecoder = (): FrameDecoder => framedDecoder(take);

function take(bytes: Uint8Array, at: number, _direction: Direction): Taken {
  if (bytes[at] !== SLIP.end) return 'garbage';
  const end = bytes.indexOf(SLIP.end, at + 1);
  if (end < 0) return bytes.length - at > LONGEST ? 'garbage' : 'incomplete';
  // One end byte is the end of a frame and the beginning of none.
  if (end === at + 1) return 'garbage';
  const body = unescaped(bytes.subarray(at + 1, end));
  const size = end + 1 - at;
  if (body.length < HEADER_BYTES)
    return { size, title: 'Damaged frame', detail: '', secret: 'none', fault: true };
  return { size, ...words(body), secret: 'none', fault: false };
}

function words(body: Uint8Array): { title: string; detail: string } {
  const view = Buffer.from(body);
  const name = NAMES.get(view[1] ?? 0) ?? 'unlisted';
  const code = (view[1] ?? 0).toString(16).padStart(2, '0').toUpperCase();
  const length = view.readUInt16LE(2);
  if (view[0] !== RESPONSE) return { title: `Command ${code} ${name}, ${length} B`, detail: '' };
  const failed = view[HEADER_BYTES + length - 4] === 1 || view[HEADER_BYTES + length - 2] === 1;
  const value = view.readUInt32LE(4).toString(16).padStart(8, '0');
  return { title: `${failed ? 'Refused' : 'OK'} ${code} ${name}`, detail: `value ${value}` };
}

function unescaped(bytes: Uint8Array): Uint8Array {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte !== SLIP.escape) found.push(byte);
    else found.push(bytes[(at += 1)] === SLIP.escapedEnd ? SLIP.end : SLIP.escape);
  }
  return Uint8Array.from(found);
}
