/** A region of a stub's memory map (appendix E.18 Memory Map Format). */
export interface MapRegion {
  type: 'ram' | 'rom' | 'flash';
  start: number;
  length: number;
  /** Of flash: what one erase takes, bytes. */
  blockSize: number | null;
}

const MEMORY = /<memory\s([^>]*?)(\/>|>([\s\S]*?)<\/memory>)/g;
const BLOCK_SIZE = /<property\s+name\s*=\s*["']blocksize["']\s*>\s*([^<\s]+)\s*<\/property>/;
const MOST_REGIONS = 256;

/** Regions that the document names, in its order. What is no region of a known type with numbers in it is left out. */
export function parseMemoryMap(xml: string): MapRegion[] {
  const regions: MapRegion[] = [];
  for (const [, attributes = '', , body = ''] of xml.matchAll(MEMORY)) {
    const region = regionOf(attributes, body);
    if (region !== null) regions.push(region);
    if (regions.length === MOST_REGIONS) break;
  }
  return regions;
}

function regionOf(attributes: string, body: string): MapRegion | null {
  const type = attribute(attributes, 'type');
  const start = Number(attribute(attributes, 'start'));
  const length = Number(attribute(attributes, 'length'));
  if (type !== 'ram' && type !== 'rom' && type !== 'flash') return null;
  if (!isSize(start) || !isSize(length) || length === 0) return null;
  const block = Number(BLOCK_SIZE.exec(body)?.[1] ?? Number.NaN);
  const blockSize = isSize(block) && block > 0 ? block : null;
  // Flash without a block size cannot be erased.
  return type === 'flash' && blockSize === null ? null : { type, start, length, blockSize };
}

const isSize = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0x1_0000_0000;

function attribute(attributes: string, name: string): string {
  return new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? 'none';
}
