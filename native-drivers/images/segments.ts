import { DriverError } from '../core/errors.ts';
import type { Segment } from '../core/image.ts';
import { formatError, hexAddress } from './errors.ts';

/** Bytes as one record or program header gives them; `line` names the record in a text file. */
export interface Piece extends Segment {
  line?: number;
}

const ADDRESS_SPACE = 2 ** 32;

/**
 * Sorts pieces by address and merges neighbours. Throws DriverError `image-overlap` where two pieces claim one
 * address (even with equal bytes: a file that says a thing twice was put together wrongly), `image-format` where a
 * piece leaves the 32-bit address space or nothing is left.
 */
export function joinPieces(pieces: readonly Piece[]): Segment[] {
  const sorted = pieces.filter((piece) => piece.bytes.length > 0).sort((a, b) => a.address - b.address);
  if (sorted.length === 0) throw formatError('the file holds no data');
  const runs: Piece[][] = [];
  let end = -1;
  for (const [index, piece] of sorted.entries()) {
    if (piece.address < end) throw overlap(piece, sorted[index - 1]);
    if (piece.address === end) runs.at(-1)?.push(piece);
    else runs.push([piece]);
    end = piece.address + piece.bytes.length;
    if (end > ADDRESS_SPACE) throw formatError('data beyond the 32-bit address space', lineOf(piece));
  }
  return runs.map(mergeRun);
}

function mergeRun(run: readonly Piece[]): Segment {
  const bytes = new Uint8Array(run.reduce((sum, piece) => sum + piece.bytes.length, 0));
  let at = 0;
  for (const piece of run) {
    bytes.set(piece.bytes, at);
    at += piece.bytes.length;
  }
  return { address: run[0]?.address ?? 0, bytes };
}

function overlap(piece: Piece, before: Piece | undefined): DriverError {
  const address = hexAddress(piece.address);
  const lines = [before?.line, piece.line].filter((line) => line !== undefined).sort((a, b) => a - b);
  const where = lines.length === 2 ? ` (lines ${lines.join(' and ')})` : '';
  return new DriverError('image-overlap', `two pieces of the image claim address ${address}${where}`, {
    chip: 'untouched',
    context: { address, ...(lines[1] === undefined ? {} : { line: lines[1] }) },
  });
}

function lineOf(piece: Piece): { line?: number } {
  return piece.line === undefined ? {} : { line: piece.line };
}
