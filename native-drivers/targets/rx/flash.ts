import type { MemoryArea } from '#drivers/core/operations.ts';
import { throwIfAborted } from '#drivers/protocols/ra-boot/frame-link.ts';
import type { Range, Transfer } from '#drivers/protocols/ra-boot/memory.ts';
import { pageFrame, type RxBootClient } from '#drivers/protocols/ra-boot/rx-client.ts';
import { RX_PAGE } from '#drivers/protocols/ra-boot/rx-constants.ts';
import type { FlashPort } from '../ra-common/program.ts';

const ERASED = 0xff;

/** Flash of an RX part: blocks that are not blank erased one by one, pages of 256 bytes. The chip offers no digest. */
export function rxFlash(client: RxBootClient, areas: readonly MemoryArea[]): FlashPort {
  return {
    areas,
    baudRate: client.baudRate,
    erase: (range, unit) => eraseBlocks(client, range, unit),
    write: (address, bytes, _unit, transfer) => write(client, address, bytes, transfer),
    read: (range, transfer, take) => read(client, range, transfer, take),
  };
}

async function eraseBlocks(client: RxBootClient, { start, end }: Range, unit: number): Promise<void> {
  if (await client.isBlank({ start, end })) return;
  for (let block = start; block < end; block += unit)
    if (!(await client.isBlank({ start: block, end: block + unit - 1 }))) await client.erase(block, unit);
}

/** A page of FF is what erased flash reads: not written. The next frame is ready before the page before is answered. */
async function write(
  client: RxBootClient,
  address: number,
  bytes: Uint8Array,
  transfer: Transfer,
): Promise<void> {
  const pages: number[] = [];
  for (let offset = 0; offset < bytes.length; offset += RX_PAGE)
    if (pageAt(bytes, offset).some((byte) => byte !== ERASED)) pages.push(offset);
  const frameOf = (index: number) => pageFrame(pageAt(bytes, pages[index] ?? 0));
  let next = frameOf(0);
  for (const [index, offset] of pages.entries()) {
    throwIfAborted(transfer.signal);
    const written = client.writePage(address + offset, next);
    next = frameOf(index + 1);
    transfer.progress(offset);
    await written;
  }
  transfer.progress(bytes.length);
}

function pageAt(bytes: Uint8Array, offset: number): Uint8Array {
  return bytes.subarray(offset, offset + RX_PAGE);
}

async function read(
  client: RxBootClient,
  { start, end }: Range,
  transfer: Transfer,
  take: (bytes: Uint8Array, offset: number) => void,
): Promise<void> {
  const total = end - start + 1;
  for (let offset = 0; offset < total; offset += RX_PAGE) {
    throwIfAborted(transfer.signal);
    take(await client.read(start + offset, Math.min(RX_PAGE, total - offset)), offset);
    transfer.progress(Math.min(offset + RX_PAGE, total));
  }
}
