import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import type { VirtualTarget } from '../target.ts';
import { Boot } from './boot.ts';
import { BUILDS, SLOT_STARTS, SmpPart, type Build } from './part.ts';
import { startRecovery } from './recovery.ts';

const BITS_8N1 = 10;
const isBuild = (name: string): name is Build => Object.hasOwn(BUILDS, name);

const model: SerialModel<SmpPart> = {
  bits: BITS_8N1,
  start: (mode, host) => {
    const { builds, baudRate } = host.part;
    if (mode === 'low' && !builds.has('no-recovery'))
      return { running: 'boot-rom', program: startRecovery(host), baudRate };
    return { running: 'firmware', program: new Boot(host), baudRate };
  },
  lifecycle: ({ swap }) => ({ dlm: swap, protection: null, authentication: null }),
  armed(part, name, operand) {
    if (isBuild(name)) part.builds.add(name);
    if (name === 'built-for') part.baudRate = Number(operand ?? 1_000_000);
    if (name === 'wrong-uid') part.reportedUid = part.uid.map((byte) => byte ^ 0xff);
    if (name === 'bad-cell')
      part.flash.setBadCell(Number.parseInt(operand ?? SLOT_STARTS[0].toString(16), 16));
  },
  cleared(part) {
    part.builds.clear();
    part.reportedUid = part.uid;
    part.flash.setBadCell(null);
  },
};

/** A board with MCUboot in two slots: serial recovery with the mode pin low at reset, Zephyr's SMP server otherwise. */
export const smp: VirtualTarget = {
  id: 'smp',
  title: 'MCUboot with serial recovery, Zephyr application',
  uidBytes: 8,
  faults: {
    ...BUILDS,
    'built-for': 'The UART of boot loader and application runs at RATE; read at the next reset.',
    'lose-request': 'The next request (of COMMAND) is not heard.',
    'wrong-offset': 'The next answer to an upload asks for offset 0.',
    'duplicate-answer': 'The next answer is sent twice.',
    'confirm-silent': 'The next confirm is carried out; nothing is answered any more until a reset.',
    'confirm-lost': 'The next confirm is neither carried out nor answered.',
  },
  newPart: (uid) => new SmpPart(uid),
  socket: (options) => new SerialChip(options, model),
};
