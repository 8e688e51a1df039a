import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import { FIRST_BAUD_RATE } from '../ra-rom/protocol.ts';
import type { VirtualTarget } from '../target.ts';
import type { Device } from './devices.ts';
import { DLM, dlmName, Gen1Part } from './part.ts';
import { Gen1Rom } from './rom.ts';

const BITS_8N1 = 10;
const SILENT = { running: 'silent', program: null, baudRate: 0 } as const;

function modelOf(acceptForeignKeys: boolean): SerialModel<Gen1Part> {
  return {
    bits: BITS_8N1,
    start: (mode, host) => {
      if (mode === 'high' || host.part.dlm === DLM.LCK_BOOT) return SILENT;
      const program = new Gen1Rom({ ...host, acceptForeignKeys, powerCut: () => host.restart() });
      return { running: 'boot-rom', program, baudRate: FIRST_BAUD_RATE };
    },
    lifecycle: ({ dlm, idCode }) => ({
      dlm: dlmName(dlm),
      protection: null,
      authentication: idCode === null ? null : 'ID',
    }),
    armed,
    cleared(part) {
      part.reportedProduct = part.device.product;
      part.reportedUid = part.uid;
      part.idCode = null;
      part.flash.setBadCell(null);
    },
  };
}

function armed(part: Gen1Part, name: string, operand: string | undefined): void {
  const bytes = Buffer.from(operand ?? '', 'hex');
  if (name === 'wrong-chip') part.reportedProduct = operand ?? 'R7FA8M1AHECBD';
  if (name === 'wrong-uid')
    part.reportedUid = bytes.length === part.uid.length ? bytes : part.uid.map((byte) => byte ^ 0xff);
  if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? '0', 16));
  if (name === 'id-code') part.idCode = bytes.length === 16 ? bytes : Buffer.alloc(16, 0x5a);
  if (name === 'state') part.dlm = Number.parseInt(operand ?? '01', 16);
}

/** A part of the first generation with its boot ROM and nothing in its flash that would speak. */
export function gen1Target(device: Device): VirtualTarget {
  return {
    id: device.id,
    title: device.title,
    uidBytes: 16,
    faults: {
      'id-code': 'From its next reset the part asks for this ID code (32 hex digits) before anything else.',
      'one-frame-keys': 'The next key command refuses a key that comes in a data frame.',
      state: 'The part is in the life-cycle state of this code (hex).',
    },
    newPart: (uid) => new Gen1Part(uid, device),
    socket: (options) => new SerialChip(options, modelOf(options.acceptForeignKeys)),
  };
}
