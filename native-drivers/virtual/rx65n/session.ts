import type { FrameSession } from '../ra-rom/session.ts';
import type { RxPart } from './part.ts';

/** The running ROM as its commands see it. */
export interface RxSession extends FrameSession<RxPart> {
  /** What the host has to say before any memory is touched, in any order: byte order, clock, ID code. */
  readonly settled: Set<'endian' | 'clock' | 'id'>;
}
