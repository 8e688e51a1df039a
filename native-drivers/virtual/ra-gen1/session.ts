import type * as frames from '../ra-rom/session.ts';
import type { Gen1Part } from './part.ts';

export interface Gen1Host extends frames.FrameHost<Gen1Part> {
  readonly acceptForeignKeys: boolean;
}

/** The running ROM as its commands see it. */
export interface Gen1Session extends frames.FrameSession<Gen1Part> {
  readonly host: Gen1Host;
  /** The ID code was given since reset, or none is asked for. */
  unlocked: boolean;
  /** The boundary that is in force: as it stood at reset. */
  readonly boundary: Uint8Array;
}

export type Gen1Commands = frames.RomCommands<Gen1Session>;
