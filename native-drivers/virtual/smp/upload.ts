import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { ImageError, MgmtError } from '#drivers/protocols/smp/constants.ts';
import { PAGE_BYTES, SLOT_BYTES, SLOT_STARTS, type SlotNumber } from './part.ts';
import { Refused } from './refused.ts';
import type { SmpServer } from './server.ts';
import { PAGE_ERASE_NS, writeNs } from './slots.ts';

export interface Piece {
  image: number;
  off: number;
  len: number | null;
  data: Uint8Array;
  sha: string;
}

export function pieceOf(map: SmpMap): Piece {
  const { image = 0, off, len = null, data, sha } = map;
  if (typeof off !== 'number' || !(data instanceof Uint8Array)) throw new Refused(MgmtError.invalid);
  if (typeof image !== 'number' || (len !== null && typeof len !== 'number'))
    throw new Refused(MgmtError.invalid);
  const tag = sha instanceof Uint8Array ? Buffer.from(sha).toString('hex') : '';
  return { image, off, len, data, sha: tag };
}

/** One slot while an image flows into it: pages are erased just before they are needed, or all at once. */
export class SlotWriter {
  readonly slot: SlotNumber;
  readonly size: number;
  had = 0;
  private readonly server: SmpServer;
  private erased = 0;

  constructor(server: SmpServer, slot: SlotNumber, size: number) {
    this.server = server;
    this.slot = slot;
    this.size = size;
  }

  get done(): boolean {
    return this.had === this.size;
  }

  async eraseTo(end: number): Promise<void> {
    const { part } = this.server.host;
    for (; this.erased < Math.min(end, SLOT_BYTES); this.erased += PAGE_BYTES) {
      await this.server.time.busy(PAGE_ERASE_NS);
      part.flash.erase(SLOT_STARTS[this.slot] + this.erased, PAGE_BYTES);
    }
  }

  async write(data: Uint8Array): Promise<void> {
    if (this.had + data.length > this.size) throw new Refused(MgmtError.invalid, ImageError.overrun);
    await this.eraseTo(this.had + data.length);
    const { host, time } = this.server;
    const address = SLOT_STARTS[this.slot] + this.had;
    if (host.faults.take('power-cut-mid-write') !== null) {
      host.part.flash.program(address, data.subarray(0, data.length >> 1));
      host.restart();
      // The chip is in reset: this write never ends.
      await new Promise<never>(() => undefined);
    }
    await time.busy(writeNs(data.length));
    host.part.flash.program(address, data);
    this.had += data.length;
  }
}
