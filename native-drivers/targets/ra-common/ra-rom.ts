import type { Transport } from '#drivers/core/link.ts';
import { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import type { BootArea, Signature } from '#drivers/protocols/ra-boot/identity.ts';
import { crc32Of, erase, read, write, type Range } from '#drivers/protocols/ra-boot/memory.ts';
import type { FlashPort } from './program.ts';
import { RomPart, type Voice } from './rom-part.ts';

/** An open conversation with the boot ROM of an RA part. */
export interface RaRom extends Voice {
  client: RaBootClient;
  signature: Signature;
}

/** An RA part: what both generations do alike. */
export type RaPart = RomPart<RaRom>;

export async function wakeRa(transport: Transport, signal: AbortSignal): Promise<RaRom> {
  const client = await RaBootClient.connect(transport, { signal });
  try {
    const signature = await client.signature();
    const { chipUid, maxBaudRate } = signature;
    return { client, signature, chipUid, maxBaudRate };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Areas by chip: they never change, so each conversation asks once per part. */
const knownAreas = new WeakMap<RomPart<RaRom>, { chipUid: string; areas: BootArea[] }>();

/** The areas as the chip lists them. */
export async function areasOf(part: RaPart, { client, signature }: RaRom): Promise<BootArea[]> {
  const { chipUid, areaCount } = signature;
  const known = knownAreas.get(part);
  if (known?.chipUid === chipUid) return known.areas;
  const areas = await client.areas(areaCount);
  knownAreas.set(part, { chipUid, areas });
  return areas;
}

/** Flash of an RA part, at the highest rate: whole-range erase, frames of 1024 bytes, CRC by the chip. */
export async function raFlash(part: RaPart, signal: AbortSignal): Promise<FlashPort> {
  const rom = await part.useFastRom(signal);
  const { client } = rom;
  const areas = await areasOf(part, rom);
  return {
    areas,
    baudRate: client.baudRate,
    erase: (range, unit) => erase(client, range, unit),
    write: (address, bytes, unit, transfer) => write(client, address, bytes, unit, transfer),
    read: (range, transfer, take) => read(client, range, transfer, take),
    crc32: async (range) => (takesCrc(areas, range) ? crc32Of(client, range) : undefined),
  };
}

/** Whole CRC units of one area; a configuration area all at once (R01AN5562 section 6.21, as vjardin/radfu has it). */
function takesCrc(areas: readonly BootArea[], { start, end }: Range): boolean {
  const area = areas.find((one) => start >= one.start && end <= one.end);
  if (area === undefined || area.crcUnit === 0) return false;
  if (area.kind === 'config') return start === area.start && end === area.end;
  return start % area.crcUnit === 0 && (end + 1) % area.crcUnit === 0;
}
