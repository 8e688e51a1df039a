import type { RomRates } from '../ra-rom/identity-commands.ts';
import { area, MemoryMap, type Area } from '../ra-rom/memory-map.ts';

const KIB = 1024;

/** One device of the first generation with TrustZone; only numbers differ. */
export interface Device {
  id: string;
  title: string;
  /** Product name of the signature. */
  product: string;
  rates: RomRates;
  areas: readonly Area[];
  memory: MemoryMap;
}

/** 60 MHz SCI clock. */
const RA6_RATES: RomRates = { recommended: 4_000_000, highest: 4_000_000 };
/**
 * 24 MHz SCI clock. An RA4M2 recommends 6.0 Mbit/s (vjardin/radfu, HARDWARE.md) and works at 1.5 (README.md); that it refuses
 * what lies above is assumed.
 */
const RA4_RATES: RomRates = { recommended: 6_000_000, highest: 1_500_000 };

/** Code flash: eight blocks of 8 KiB, then blocks of 32 KiB, phrases of 128 bytes; R01AN5562 section 6.16.5. */
function device(id: string, name: string, product: string, codeKib: number): Device {
  const areas = [
    area('code', [0, 64 * KIB - 1], 8 * KIB, 128, 4),
    area('code', [64 * KIB, codeKib * KIB - 1], 32 * KIB, 128, 4),
    area('data', [0x08000000, 0x08001fff], 64, 4, 4),
    area('config', [0x0100a100, 0x0100a2ff], 0, 16, 16),
  ];
  const rates = name.startsWith('RA4') ? RA4_RATES : RA6_RATES;
  const title = `Renesas ${name}, boot ROM alone`;
  return { id, title, product, rates, areas, memory: new MemoryMap(areas) };
}

/** Sizes: the part numbers' memory codes (D 512 KiB, F 1 MiB, H 2 MiB). R7FA4M2AD3CFP is one that radfu was run on. */
export const ra6m4 = device('ra6m4', 'RA6M4', 'R7FA6M4AF3CFB', 1024);
export const ra6m5 = device('ra6m5', 'RA6M5', 'R7FA6M5BH3CFC', 2048);
export const ra4m2 = device('ra4m2', 'RA4M2', 'R7FA4M2AD3CFP', 512);
export const ra4m3 = device('ra4m3', 'RA4M3', 'R7FA4M3AF3CFB', 1024);
