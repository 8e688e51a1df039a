import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { MgmtError, SmpGroup } from '#drivers/protocols/smp/constants.ts';
import type { SmpPacket } from '#drivers/protocols/smp/frame.ts';
import type { SmpServer } from './server.ts';

/**
 * What an old MCUboot says to commands that it does not have (boot_serial.c while it used tinycbor, `boot_serial_input`,
 * `bs_empty_rsp`): `rc` 0 and nothing else in the image group, nothing at all in the others. Newer ones refuse (`rc` 8).
 */
export const toUnknown =
  (server: () => SmpServer) =>
  ({ group }: SmpPacket): SmpMap => {
    if (group !== SmpGroup.image) server().sayNothing();
    return { rc: MgmtError.ok };
  };
