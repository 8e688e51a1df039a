import { SMP_VERSION_LEGACY } from '#drivers/protocols/smp/constants.ts';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';

/**
 * A refusal. `legacy`: code of `mcumgr_err_t`, all that a boot loader and version 1 know; `image`: code of the image
 * group, which version 2 gives instead.
 */
export class Refused extends Error {
  readonly legacy: number;
  readonly image: number | null;

  constructor(legacy: number, image: number | null = null) {
    super(`rc ${legacy}`);
    this.legacy = legacy;
    this.image = image;
  }

  toMap(version: number): SmpMap {
    if (version === SMP_VERSION_LEGACY || this.image === null) return { rc: this.legacy };
    return { err: { group: 1, rc: this.image } };
  }
}
