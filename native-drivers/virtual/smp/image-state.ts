import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { ImageError, MgmtError } from '#drivers/protocols/smp/constants.ts';
import type { SlotNumber, SmpPart, Swap } from './part.ts';
import { Refused } from './refused.ts';
import { imageIn } from './slots.ts';

export interface Shown {
  hash: boolean;
  flags: boolean;
}

/** Valid images with their flags (Zephyr, img_mgmt_state.c, `img_mgmt_state_read`; MCUboot, boot_serial.c, `bs_list`). */
export function listImages(part: SmpPart, shown: Shown): SmpMap {
  const images = ([0, 1] as const).flatMap((slot) => {
    const image = imageIn(part, slot);
    if (image === null) return [];
    const { version, hash, bootable } = image;
    const flags = shown.flags ? { bootable, ...flagsOf(part.swap, slot) } : {};
    return [{ slot, version, ...(shown.hash ? { hash } : {}), ...flags }];
  });
  return { images };
}

const flagsOf = (swap: Swap, slot: SlotNumber): SmpMap =>
  slot === 0
    ? { pending: false, confirmed: swap !== 'revert', active: true, permanent: false }
    : {
        pending: swap === 'test' || swap === 'permanent',
        confirmed: swap === 'revert',
        active: false,
        permanent: swap === 'permanent',
      };

/** Marks an image for a trial or for good (Zephyr, img_mgmt_state.c, `img_mgmt_set_next_boot_slot`). */
export function setImageState(part: SmpPart, map: SmpMap): void {
  const confirm = map['confirm'] === true;
  const slot = slotOf(part, map['hash'], confirm);
  const { swap } = part;
  if (!confirm && slot === 0) throw new Refused(MgmtError.invalid, ImageError.testOfActive);
  if (swap === 'test' || swap === 'permanent') {
    if (slot === 1 && confirm === (swap === 'permanent')) return;
    throw new Refused(MgmtError.badState, ImageError.alreadyPending);
  }
  if (swap === 'revert' && slot === 1 && !confirm)
    throw new Refused(MgmtError.badState, ImageError.alreadyPending);
  if (swap === 'revert' && slot === 1) return;
  if (slot === 0) part.swap = 'none';
  else part.swap = confirm ? 'permanent' : 'test';
}

function slotOf(part: SmpPart, hash: unknown, confirm: boolean): SlotNumber {
  if (hash === undefined && confirm) return 0;
  if (!(hash instanceof Uint8Array) || hash.length !== 32)
    throw new Refused(MgmtError.invalid, ImageError.invalidHash);
  for (const slot of [0, 1] as const) {
    const found = imageIn(part, slot);
    if (found !== null && Buffer.compare(found.hash, hash) === 0) return slot;
  }
  throw new Refused(MgmtError.noEntry, ImageError.hashNotFound);
}
