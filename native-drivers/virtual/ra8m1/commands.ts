import { addressesOf, flashCommands } from '../ra-rom/flash-commands.ts';
import { identityCommands } from '../ra-rom/identity-commands.ts';
import type { Range } from '../ra-rom/memory-map.ts';
import { RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { certificateCommands } from './certificate-command.ts';
import { keyCommands } from './key-commands.ts';
import { lifecycleCommands } from './lifecycle-commands.ts';
import { AREAS, areaOf, resolveRange } from './memory-map.ts';
import { LEVEL } from './protocol.ts';
import type { RomCommand, RomSession } from './session.ts';

/** As R01AN5562 lists it for parts with life-cycle management; a real RA8M1 says 03. No driver of ours looks at it. */
const TYPE = 0x01;
/** Made up: no public tool looks at it. */
const BOOT_FIRMWARE = [1, 8, 0] as const;

/** Everything the ROM of an RA8M1 knows, by command code. */
export const COMMANDS: ReadonlyMap<number, RomCommand> = new Map<number, RomCommand>([
  ...identityCommands<RomSession>({ areas: AREAS, type: TYPE, bootFirmware: BOOT_FIRMWARE }),
  ...flashCommands<RomSession>({ rangeOf, areaOf }),
  ...lifecycleCommands,
  ...keyCommands,
  ...certificateCommands,
]);

/** The cells meant by SAD and EAD. Level 1 reaches the non-secure aliases only, level 0 nothing. */
function rangeOf(rom: RomSession, payload: Uint8Array): Range {
  const [start, end] = addressesOf(payload);
  const range = resolveRange(start, end);
  if (range === null) throw new RomRefusal(STATUS.address, start);
  const reached = rom.accessLevel === LEVEL.two || (rom.accessLevel === LEVEL.one && range.nonSecure);
  if (!reached) throw new RomRefusal(STATUS.protection, start);
  return range;
}
