import type * as frames from '../ra-rom/session.ts';
import type { Part } from './part.ts';

/** What the ROM needs of the chip around it. */
export interface RomHost extends frames.FrameHost<Part> {
  readonly acceptForeignKeys: boolean;
}

/** The running ROM as its commands see it. */
export interface RomSession extends frames.FrameSession<Part> {
  readonly host: RomHost;
  /** Level reached by authentication since reset, as its code; null without. */
  authenticated: number | null;
  /** The better of protection level and authentication. */
  readonly accessLevel: number;
}

export type RomCommand = frames.RomCommand<RomSession>;
