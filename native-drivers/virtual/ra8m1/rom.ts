import { FrameRom } from '../ra-rom/rom.ts';
import { COMMANDS } from './commands.ts';
import type { Part } from './part.ts';
import { BOOT_CODE, LEVEL } from './protocol.ts';
import type { RomHost, RomSession } from './session.ts';

/** The boot ROM of an RA8M1. */
export class Rom extends FrameRom<Part, RomHost> implements RomSession {
  authenticated: number | null = null;
  protected readonly bootCode = BOOT_CODE;
  protected readonly statusForm = { done: 'short', refused: 'long' } as const;

  get accessLevel(): number {
    return Math.min(this.authenticated ?? LEVEL.zero, this.part.protection);
  }

  override restart(): void {
    super.restart();
    this.authenticated = null;
  }

  protected commandFor(code: number) {
    const command = COMMANDS.get(code);
    if (command === undefined) return undefined;
    return { lengths: command.lengths, run: (payload: Uint8Array) => command.run(this, payload) };
  }
}
