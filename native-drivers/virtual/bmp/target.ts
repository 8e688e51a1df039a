import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import { PRODUCT_ID, Stm32Part } from '../stm32f4/part.ts';
import type { VirtualTarget } from '../target.ts';
import { Probe } from './probe.ts';

const BITS_PER_BYTE = 10;
/** A full-speed USB port carries at most 19 packets of 64 bytes in a millisecond (USB 2.0, table 5-9), as a rate of 8N1. */
const USB_RATE = 19 * 64 * 1000 * BITS_PER_BYTE;

const model: SerialModel<Stm32Part> = {
  bits: BITS_PER_BYTE,
  // The debug port answers whatever BOOT0 is.
  start: (mode, host) => ({
    running: mode === 'low' ? 'boot-rom' : 'firmware',
    program: new Probe(host),
    baudRate: USB_RATE,
  }),
  lifecycle: (part) => ({
    dlm: part.readoutProtected ? 'RDP1' : 'RDP0',
    protection: null,
    authentication: null,
  }),
  armed(part, name, operand) {
    if (name === 'wrong-chip') part.productId = Number.parseInt(operand ?? '419', 16);
    if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? '08000000', 16));
  },
  cleared(part) {
    part.productId = PRODUCT_ID;
    part.flash.setBadCell(null);
  },
};

/** A Black Magic probe with an STM32F405 on its debug port. An empty socket is a silent port. */
export const bmp: VirtualTarget = {
  id: 'bmp',
  title: 'Black Magic probe with an ST STM32F405',
  uidBytes: 12,
  faults: { 'acks-only': 'The probe does not offer to leave acknowledgements out.' },
  newPart: (uid) => new Stm32Part(uid),
  socket: (options) => new SerialChip(options, model),
};
