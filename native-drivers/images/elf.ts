import { formatError } from './errors.ts';
import type { Piece } from './segments.ts';

/** Constants: System V ABI, chapters 4 and 5; machine number: ELF for the Arm Architecture (IHI 0044). */
const MAGIC = 0x464c457f;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const ET_EXEC = 2;
const EM_ARM = 40;
const PT_LOAD = 1;
const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC;
}

/**
 * Reads what an ELF32 little-endian Arm executable loads, by physical address (where it is stored, not where it
 * runs). Throws DriverError `image-format` naming the offset.
 */
export function parseElf(bytes: Uint8Array): { pieces: Piece[]; entryPoint: number | null } {
  checkHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = view.getUint32(28, true);
  const size = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (size !== PROGRAM_HEADER_BYTES) throw formatError(`program headers of ${size} bytes`, { offset: 42 });
  if (table + count * size > bytes.length)
    throw formatError('program headers beyond the end of the file', { offset: 28 });
  const pieces: Piece[] = [];
  for (let index = 0; index < count; index += 1) {
    const piece = loadPiece(bytes, view, table + index * size);
    if (piece !== null) pieces.push(piece);
  }
  return { pieces, entryPoint: view.getUint32(24, true) || null };
}

function checkHeader(bytes: Uint8Array): void {
  if (!isElf(bytes)) throw formatError('no ELF magic', { offset: 0 });
  if (bytes.length < HEADER_BYTES) throw formatError('the ELF header is cut short', { offset: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes[4] !== CLASS_32) throw formatError('not a 32-bit ELF file', { offset: 4 });
  if (bytes[5] !== LITTLE_ENDIAN) throw formatError('not a little-endian ELF file', { offset: 5 });
  if (view.getUint16(16, true) !== ET_EXEC) throw formatError('not an executable', { offset: 16 });
  if (view.getUint16(18, true) !== EM_ARM) throw formatError('not for Arm', { offset: 18 });
}

function loadPiece(bytes: Uint8Array, view: DataView, at: number): Piece | null {
  if (view.getUint32(at, true) !== PT_LOAD) return null;
  const offset = view.getUint32(at + 4, true);
  const size = view.getUint32(at + 16, true);
  if (offset + size > bytes.length) throw formatError('a segment beyond the end of the file', { offset: at });
  return { address: view.getUint32(at + 12, true), bytes: bytes.subarray(offset, offset + size) };
}
