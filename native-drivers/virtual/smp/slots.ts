import { parseMcubootImage, type McubootImage } from '#drivers/images/mcuboot.ts';
import { PAGE_BYTES, SLOT_BYTES, SLOT_STARTS, type SlotNumber, type SmpPart } from './part.ts';

/** nRF52840 Product Specification, NVMC, electrical specification: page erase, write of one word. */
export const PAGE_ERASE_NS = 85e6;
export const WORD_WRITE_NS = 41e3;
const WORD_BYTES = 4;

export const writeNs = (bytes: number): number => Math.ceil(bytes / WORD_BYTES) * WORD_WRITE_NS;

/** Null: the slot is empty, or what is in it does not hold. */
export function imageIn(part: SmpPart, slot: SlotNumber): McubootImage | null {
  try {
    return parseMcubootImage(part.flash.read(SLOT_STARTS[slot], SLOT_BYTES));
  } catch {
    return null;
  }
}

/** Pages that a swap moves: those of the longer image. */
function pagesToMove(part: SmpPart): number {
  const longest = Math.max(...([0, 1] as const).map((slot) => imageIn(part, slot)?.totalBytes ?? 0));
  return Math.ceil(longest / PAGE_BYTES);
}

/** Each page of both slots is erased and written once. */
export const swapNs = (part: SmpPart): number =>
  pagesToMove(part) * 2 * (PAGE_ERASE_NS + writeNs(PAGE_BYTES));

/** The slots change places. */
export function exchange(part: SmpPart): void {
  const [first, second] = SLOT_STARTS.map((start) => part.flash.read(start, SLOT_BYTES));
  if (first === undefined || second === undefined) return;
  part.flash.replace(SLOT_STARTS[0], second);
  part.flash.replace(SLOT_STARTS[1], first);
}
