import { certificateCommands } from './certificate-command.ts';
import { flashCommands } from './flash-commands.ts';
import { keyCommands } from './key-commands.ts';
import { lifecycleCommands } from './lifecycle-commands.ts';
import { identityCommands } from './identity-commands.ts';
import type { RomCommand } from './session.ts';

/** Everything the ROM of an RA8M1 knows, by command code. */
export const COMMANDS: ReadonlyMap<number, RomCommand> = new Map<number, RomCommand>([
  ...identityCommands,
  ...flashCommands,
  ...lifecycleCommands,
  ...keyCommands,
  ...certificateCommands,
]);
