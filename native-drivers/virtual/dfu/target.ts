import type { SocketChip, VirtualTarget } from '../target.ts';
import { UsbChip, type UsbModel } from './chip.ts';
import { DfuPart, PRODUCT_ID } from './part.ts';
import { startPlain } from './plain-loader.ts';
import { PlainDfuPart, type PlainTraits } from './plain-part.ts';
import { startSystemLoader } from './system-loader.ts';

/** As many bytes as the boot loader's serial number shows: it is made of the unique id, which itself is not shown. */
const UID_BYTES = 6;
const FAULTS = {
  'skip-busy': 'The next block is answered when it is through, without dfuDNBUSY in between.',
  'count-asked-length': 'The next block number counts blocks of the length that is asked for.',
};

const lifecycleOf = (dlm: string | null): ReturnType<SocketChip['lifecycle']> => ({
  ...{ dlm, protection: null, authentication: null },
});

const systemLoader: UsbModel<DfuPart> = {
  start: startSystemLoader,
  lifecycle: (part) => lifecycleOf(`RDP${part.level}`),
  armed(part, name, operand) {
    if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? '08000000', 16));
    if (name === 'wrong-chip') part.productId = Number.parseInt(operand ?? 'df12', 16);
    if (name === 'wrong-uid') part.shownUid = strangeUid(part.uid);
    return name === 'wrong-chip' || name === 'wrong-uid';
  },
  cleared(part) {
    const shown = part.productId !== PRODUCT_ID || part.shownUid !== null;
    part.flash.setBadCell(null);
    part.productId = PRODUCT_ID;
    part.shownUid = null;
    return shown;
  },
};

/** What makes a part of the plain kind another one, by the fault that does. */
const TRAITS: Readonly<Record<string, Partial<PlainTraits>>> = {
  mute: { mute: true },
  'needs-reset': { willDetach: false },
  tolerant: { manifestationTolerant: true },
  'write-only': { canUpload: false },
};
const PLAIN_FAULTS = {
  ...FAULTS,
  mute: 'The program offers no way to its boot loader: the mode pin calls it.',
  'needs-reset': 'After DETACH the program waits for a reset of the bus.',
  tolerant: 'The boot loader goes on after manifestation.',
  'write-only': 'The firmware cannot be read.',
};

const plain: UsbModel<PlainDfuPart> = {
  start: startPlain,
  lifecycle: () => lifecycleOf(null),
  armed(part, name, operand) {
    if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? '0', 16));
    if (name === 'wrong-uid') part.shownUid = strangeUid(part.uid);
    const traits = TRAITS[name];
    part.traits = { ...part.traits, ...traits };
    return name === 'wrong-uid' || traits !== undefined;
  },
  cleared: (part) => part.mend(),
};

/** Another part of the same kind: one digit differs. */
const strangeUid = (uid: Uint8Array): Uint8Array =>
  Uint8Array.from(uid, (byte, index) => (index === 0 ? byte ^ 1 : byte));

/** STM32F405 in its USB boot loader. Mode pin low = BOOT0 high. */
export const dfu: VirtualTarget = {
  id: 'dfu',
  title: 'ST STM32F405, USB boot loader (DfuSe)',
  connector: 'usb',
  uidBytes: UID_BYTES,
  faults: FAULTS,
  newPart: (uid) => new DfuPart(uid),
  socket: (options) => new UsbChip(options, systemLoader),
};

/** A device of DFU 1.1 with a program beside which it can be called. */
export const dfu11: VirtualTarget = {
  id: 'dfu11',
  title: 'Device with DFU 1.1',
  connector: 'usb',
  uidBytes: UID_BYTES,
  faults: PLAIN_FAULTS,
  newPart: (uid) => new PlainDfuPart(uid),
  socket: (options) => new UsbChip(options, plain),
};
