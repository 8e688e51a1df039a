import { createEnrolmentAgent } from '../agent/agent.ts';
import { Chip } from '../chip/chip.ts';
import type { FirmwareFactory } from '../chip/firmware.ts';
import type { VirtualTarget } from '../target.ts';
import { Part } from './part.ts';

/** `firmware`: what the parts run with the mode pin high; null: nothing. */
export function ra8m1With(firmware: FirmwareFactory | null): VirtualTarget {
  return {
    id: 'ra8m1',
    title: 'Renesas RA8M1 with the enrolment agent',
    uidBytes: 16,
    faults: {},
    newPart: (uid) => new Part(uid),
    socket: (options) => new Chip({ ...options, firmware }),
  };
}

export const ra8m1: VirtualTarget = ra8m1With(createEnrolmentAgent);
