import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import type { VirtualTarget } from '../target.ts';
import { NxpPart } from './part.ts';
import { NxpRom } from './rom.ts';

const BITS_8N1 = 10;

const model: SerialModel<NxpPart> = {
  bits: BITS_8N1,
  start: (mode, host) =>
    mode === 'low'
      ? { running: 'boot-rom', program: new NxpRom(host), baudRate: 0 }
      : { running: 'silent', program: null, baudRate: 0 },
  lifecycle: () => ({ dlm: 'OPEN', protection: null, authentication: null }),
  armed: (part, name, operand) => part.lie(name, operand),
  cleared: (part) => part.tellTheTruth(),
};

/** LPC55S69 in its ROM boot loader, on the UART. Mode pin low = ISP pin low at reset. */
export const nxpPuf: VirtualTarget = {
  id: 'nxp-puf',
  title: 'NXP LPC55S69, ROM boot loader with PUF',
  uidBytes: 16,
  faults: {
    'nak-frame': 'The next command packet (of COMMAND) is taken for broken.',
    'nak-data': 'The next data packet is taken for broken.',
    'store-silent': 'The key store is written to flash and that is not answered.',
    'max-rate': 'The ping is heard up to this baud rate only.',
    sealed: 'The key store in flash can no longer be written.',
    'enrol-blocked': 'The PUF refuses to be enrolled.',
  },
  newPart: (uid) => new NxpPart(uid),
  socket: (options) => new SerialChip(options, model),
};
