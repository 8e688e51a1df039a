import { ChipTime, SerialChip, type SerialModel } from '#drivers/virtual/chip/serial-chip.ts';
import type { VirtualTarget } from '#drivers/virtual/target.ts';
import { BAUD_RATE } from '../at/constants.ts';
import { CordeliaFirmware } from './firmware.ts';
import { CordeliaPart } from './part.ts';

const BITS_8N1 = 10;

const model: SerialModel<CordeliaPart> = {
  bits: BITS_8N1,
  // The boot pin starts a loader for the vendor's own updates: this simulator has none.
  start: (mode, host) => {
    if (mode === 'low') return { running: 'silent', program: null, baudRate: 0 };
    const firmware = new CordeliaFirmware(host);
    // The line takes nothing before the chip is started.
    setImmediate(() => firmware.started(ChipTime.now()));
    return { running: 'firmware', program: firmware, baudRate: BAUD_RATE };
  },
  lifecycle: (part) => ({
    dlm: part.revoked ? 'REVOKED' : part.enrolled ? 'ENROLLED' : 'OPEN',
    protection: null,
    authentication: null,
  }),
  armed(part, name, operand) {
    if (name === 'revoked') part.revoked = true;
    if (name === 'wrong-chip') part.article = operand ?? '2610011025999';
  },
};

/** A Cordelia-I module with its vendor's firmware, its network and its cloud within it. */
export const cordelia: VirtualTarget = {
  id: 'cordelia',
  title: 'Würth Cordelia-I radio module, AT commands',
  uidBytes: 16,
  faults: {
    'older-text': 'The module knows the older spelling of the enrolment command only.',
    'wlan-refused': 'The network refuses the module.',
    'enrol-silent': 'The enrolment is done and its end is not told.',
    'enrol-error': 'The cloud refuses the enrolment, and the module says so; its words are assumed.',
    revoked: 'The cloud does not take the module any more.',
  },
  newPart: (uid) => new CordeliaPart(uid),
  socket: (options) => new SerialChip(options, model),
};
