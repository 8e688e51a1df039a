/** Allocation grain: 64 parts with 2 MiB each are only paid for where something was written. */
const PAGE = 0x2000;

/**
 * Flash cells by absolute address. Erased cells read FF; programming only clears bits. Survives resets and power cuts,
 * as silicon does; what a power cut leaves behind is what had been programmed so far.
 */
export class FlashMemory {
  private readonly pages = new Map<number, Uint8Array>();
  private badCell: number | null = null;

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length).fill(0xff);
    this.eachPage(address, length, (page, offset, from, count) => {
      const cells = this.pages.get(page);
      if (cells !== undefined) bytes.set(cells.subarray(offset, offset + count), from);
    });
    const bad = this.badCell === null ? -1 : this.badCell - address;
    if (bad >= 0 && bad < length) bytes[bad] = (bytes[bad] ?? 0) ^ 0x01;
    return bytes;
  }

  /** Clears bits; true where the cells then hold just these bytes. */
  program(address: number, bytes: Uint8Array): boolean {
    let exact = true;
    this.eachPage(address, bytes.length, (page, offset, from, count) => {
      const cells = this.page(page);
      for (let index = 0; index < count; index += 1) {
        const wanted = bytes[from + index] ?? 0xff;
        const left = (cells[offset + index] ?? 0xff) & wanted;
        cells[offset + index] = left;
        exact &&= left === wanted;
      }
    });
    return exact;
  }

  /** Option-setting memory is rewritten, not programmed over. */
  replace(address: number, bytes: Uint8Array): void {
    this.erase(address, bytes.length);
    this.program(address, bytes);
  }

  erase(address: number, length: number): void {
    this.eachPage(address, length, (page, offset, _from, count) => {
      if (count === PAGE) this.pages.delete(page);
      else this.pages.get(page)?.fill(0xff, offset, offset + count);
    });
  }

  isBlank(address: number, length: number): boolean {
    let blank = true;
    this.eachPage(address, length, (page, offset, _from, count) => {
      const cells = this.pages.get(page)?.subarray(offset, offset + count);
      blank &&= cells?.every((byte) => byte === 0xff) ?? true;
    });
    return blank;
  }

  /** A cell whose lowest bit always reads wrong; null mends it. */
  setBadCell(address: number | null): void {
    this.badCell = address;
  }

  private page(index: number): Uint8Array {
    const present = this.pages.get(index);
    if (present !== undefined) return present;
    const fresh = new Uint8Array(PAGE).fill(0xff);
    this.pages.set(index, fresh);
    return fresh;
  }

  private eachPage(
    address: number,
    length: number,
    visit: (page: number, offset: number, from: number, count: number) => void,
  ): void {
    for (let from = 0; from < length;) {
      const offset = (address + from) % PAGE;
      const count = Math.min(PAGE - offset, length - from);
      visit((address + from - offset) / PAGE, offset, from, count);
      from += count;
    }
  }
}
