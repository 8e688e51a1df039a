import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import type { VirtualTarget } from '../target.ts';
import { Kit } from './kit.ts';
import { AteccPart } from './part.ts';

const BITS_8N1 = 10;
const KIT_RATE = 115_200;

const model: SerialModel<AteccPart> = {
  bits: BITS_8N1,
  // A kit has no mode pin: whatever it says, the board speaks.
  start: (_mode, host) => ({ running: 'boot-rom', program: new Kit(host), baudRate: KIT_RATE }),
  lifecycle: (part) => ({
    dlm: part.dataLocked ? 'CONFIG_LOCKED+DATA_LOCKED' : part.configLocked ? 'CONFIG_LOCKED' : 'OPEN',
    protection: null,
    authentication: null,
  }),
  armed: (part, name, operand) => part.lie(name, operand),
  cleared: (part) => part.tellTheTruth(),
};

/** An ATECC608B in the socket of a kit board with a serial port. */
export const atecc608: VirtualTarget = {
  id: 'atecc608',
  title: 'Microchip ATECC608B on a kit board',
  uidBytes: 9,
  faults: {
    'no-device': 'The board finds nothing on its bus.',
    'no-wake': 'The chip does not wake up.',
    'crc-error': 'The next command (COMMAND) reaches the chip broken: it answers FF and does nothing.',
    'ecc-fault': 'The next command (COMMAND) meets a fault of the arithmetic: 05.',
    watchdog: 'The next command (COMMAND) comes too near to the end of the watchdog: EE.',
    'lost-command': 'The next command (COMMAND) is neither done nor answered.',
    'kit-rate': 'The board hears at this baud rate only.',
  },
  newPart: (uid) => new AteccPart(uid),
  socket: (options) => new SerialChip(options, model),
};
