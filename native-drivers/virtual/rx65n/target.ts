import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import { FIRST_BAUD_RATE } from '../ra-rom/protocol.ts';
import type { VirtualTarget } from '../target.ts';
import type { RxDevice } from './devices.ts';
import { RxPart } from './part.ts';
import { RxRom } from './rom.ts';

const BITS_8N1 = 10;

const model: SerialModel<RxPart> = {
  bits: BITS_8N1,
  start: (mode, host) =>
    mode === 'high'
      ? { running: 'silent', program: null, baudRate: 0 }
      : {
          running: 'boot-rom',
          program: new RxRom({ ...host, powerCut: () => host.restart() }),
          baudRate: FIRST_BAUD_RATE,
        },
  lifecycle: ({ idCode }) => ({
    dlm: idCode === null ? 'OPEN' : 'ID',
    protection: null,
    authentication: null,
  }),
  armed(part, name, operand) {
    const bytes = Buffer.from(operand ?? '', 'hex');
    if (name === 'wrong-chip') part.bootCode = Number.parseInt(operand ?? 'c1', 16);
    if (name === 'wrong-uid') part.reportedUid = part.uid.map((byte) => byte ^ 0xff);
    if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? 'ffff0000', 16));
    if (name === 'id-code') part.idCode = bytes.length === 16 ? bytes : Buffer.alloc(16, 0x5a);
    if (name === 'no-uid') part.showsUid = false;
  },
  cleared(part) {
    part.bootCode = part.device.bootCode;
    part.reportedUid = part.uid;
    part.idCode = null;
    part.showsUid = true;
    part.flash.setBadCell(null);
  },
};

/** An RX part in boot mode. Mode pin low = MD low, UB high. */
export function rxTarget(device: RxDevice): VirtualTarget {
  return {
    id: device.id,
    title: device.title,
    uidBytes: 16,
    faults: {
      'id-code':
        'From its next reset the part asks for this ID code (32 hex digits) before any memory is touched.',
      'no-uid': 'The boot ROM does not show the unique id.',
    },
    newPart: (uid) => new RxPart(uid, device),
    socket: (options) => new SerialChip(options, model),
  };
}
