import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import type { VirtualTarget } from '../target.ts';
import { esp32c3Model, esp32c6Model, esp32Model, esp32s3Model, type EspModel } from './chips.ts';
import { EspPart } from './part.ts';
import { EspRom } from './rom.ts';

const MAC_BYTES = 6;
const BITS_8N1 = 10;
/** Boot pin low: the ROM loader, unless a fuse forbids it. High: the program in flash, which is not simulated. */
const silent = { running: 'silent', program: null, baudRate: 0 } as const;

const serial: SerialModel<EspPart> = {
  bits: BITS_8N1,
  start(mode, host) {
    host.part.efuses.reset();
    if (mode === 'high' || host.part.downloadDisabled) return silent;
    return { running: 'boot-rom', program: new EspRom(host), baudRate: 115_200 };
  },
  lifecycle: (part) => ({
    dlm: part.secureBoot ? 'SECURE_BOOT' : 'OPEN',
    protection: part.secureDownload ? 'SECURE_DOWNLOAD' : null,
    authentication: null,
  }),
  armed(part, name, operand) {
    if (name === 'wrong-chip') {
      part.chipId = Number.parseInt(operand ?? '2', 16);
      part.magic = 0x000007c6;
    }
    if (name === 'twin') part.becomeTwin();
    if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? '10000', 16));
  },
  cleared(part) {
    part.chipId = part.model.chipId;
    part.magic = part.model.magic;
    part.flash.setBadCell(null);
  },
};

const virtual = (model: EspModel): VirtualTarget => ({
  id: model.id,
  title: model.title,
  uidBytes: MAC_BYTES,
  faults: { twin: 'The part becomes another one of the same address: its optional unique id differs.' },
  newPart: (uid) => new EspPart(uid, model),
  socket: (options) => new SerialChip(options, serial),
});

export const esp32 = virtual(esp32Model);
export const esp32c3 = virtual(esp32c3Model);
export const esp32s3 = virtual(esp32s3Model);
export const esp32c6 = virtual(esp32c6Model);
