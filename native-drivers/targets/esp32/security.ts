import type { Lifecycle } from '#drivers/core/operations.ts';
import type { EspChip } from './chips.ts';
import { fieldOf } from './efuse.ts';

/** What the fuses say of a chip. */
export interface Security {
  secureBoot: boolean;
  /** An odd number of bits is burned. */
  flashEncryption: boolean;
  /** The ROM reads neither registers nor memory any more. */
  secureDownload: boolean;
}

const isOdd = (bits: number): boolean => {
  let count = 0;
  for (let rest = bits; rest !== 0; rest >>>= 1) count += rest & 1;
  return count % 2 === 1;
};

/** From the words of block 0. */
export function securityOf(chip: EspChip, words: readonly number[]): Security {
  const { fields } = chip.efuse;
  const value = (name: string): number => {
    const field = fields[name];
    return field === undefined ? 0 : fieldOf(words, field);
  };
  return {
    secureBoot: value('secure-boot') !== 0,
    flashEncryption: isOdd(value('flash-encryption')),
    secureDownload: value('secure-download') !== 0,
  };
}

/** From the ROM's security info. Flags: esptool, `SECURITY_INFO_FLAG_MAP`. */
export function securityOfInfo({
  flags,
  flashCryptCount,
}: {
  flags: number;
  flashCryptCount: number;
}): Security {
  return {
    secureBoot: (flags & 0x1) !== 0,
    flashEncryption: isOdd(flashCryptCount),
    secureDownload: (flags & 0x4) !== 0,
  };
}

/** In the words of the family's documents: no security fuse is `OPEN`. */
export function lifecycleOf(security: Security): Lifecycle {
  const burned = [
    ...(security.secureBoot ? ['SECURE_BOOT'] : []),
    ...(security.flashEncryption ? ['FLASH_ENCRYPTION'] : []),
  ];
  return {
    dlm: burned.length === 0 ? 'OPEN' : burned.join('+'),
    protection: security.secureDownload ? 'SECURE_DOWNLOAD' : null,
    authentication: null,
  };
}
