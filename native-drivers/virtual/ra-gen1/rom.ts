import { identityCommands } from '../ra-rom/identity-commands.ts';
import { COMMAND, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { FrameRom } from '../ra-rom/rom.ts';
import type { RomCommand } from '../ra-rom/session.ts';
import { authenticationCommands } from './authentication-commands.ts';
import { keyCommands } from './key-commands.ts';
import { lifecycleCommands } from './lifecycle-commands.ts';
import { memoryCommands } from './memory-commands.ts';
import type { Gen1Part } from './part.ts';
import type { Gen1Host, Gen1Session } from './session.ts';

/** TYP of RA4M2/M3 and RA6M4/M5 (R01AN5562 section 6.15.2.2). */
const TYPE = 0x01;
/** As radfu read it of an RA4M2. */
const BOOT_FIRMWARE = [1, 6, 25] as const;
/** What a part that waits for its ID code takes. */
const BEFORE_ID: readonly number[] = [
  COMMAND.inquiry,
  COMMAND.signature,
  COMMAND.baudRate,
  COMMAND.authenticate,
];

/** Boot ROM of a Cortex-M33 part. Its statuses are long: Renesas' example code for RA6M4 insists on that. */
export class Gen1Rom extends FrameRom<Gen1Part, Gen1Host> implements Gen1Session {
  unlocked: boolean;
  readonly boundary: Uint8Array;
  protected readonly bootCode = 0xc6;
  protected readonly statusForm = { done: 'long', refused: 'long' } as const;
  private readonly commands: ReadonlyMap<number, RomCommand<Gen1Session>>;

  constructor(host: Gen1Host) {
    super(host);
    const { part } = host;
    this.unlocked = part.idCode === null;
    this.boundary = Uint8Array.from(part.boundary);
    const { areas, rates } = part.device;
    this.commands = new Map([
      ...identityCommands<Gen1Session>({ areas, type: TYPE, bootFirmware: BOOT_FIRMWARE, rates }),
      ...memoryCommands(part),
      ...lifecycleCommands,
      ...keyCommands,
      ...authenticationCommands,
    ]);
  }

  override restart(): void {
    super.restart();
    this.unlocked = this.part.idCode === null;
  }

  protected commandFor(code: number) {
    const command = this.commands.get(code);
    if (command === undefined) return undefined;
    const run = (payload: Uint8Array) => {
      if (!this.unlocked && !BEFORE_ID.includes(code)) throw new RomRefusal(STATUS.protection);
      return command.run(this, payload);
    };
    return { lengths: command.lengths, run };
  }
}
