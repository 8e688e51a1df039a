import { SerialChip, type SerialModel } from '../chip/serial-chip.ts';
import type { VirtualTarget } from '../target.ts';
import { protectionName } from './commands.ts';
import { PRODUCT_ID, Stm32Part } from './part.ts';
import { Stm32Rom } from './rom.ts';

/** Even parity: start, eight data bits, parity, stop (AN3155, section 2). */
const BITS_8E1 = 11;

export const stm32Model: SerialModel<Stm32Part> = {
  bits: BITS_8E1,
  start: (mode, host) =>
    mode === 'low'
      ? { running: 'boot-rom', program: new Stm32Rom(host), baudRate: 0 }
      : { running: 'silent', program: null, baudRate: 0 },
  lifecycle: (part) => ({ dlm: protectionName(part), protection: null, authentication: null }),
  armed(part, name, operand) {
    if (name === 'wrong-chip') part.productId = Number.parseInt(operand ?? '410', 16);
    if (name === 'bad-cell') part.flash.setBadCell(Number.parseInt(operand ?? '08000000', 16));
  },
  cleared(part) {
    part.productId = PRODUCT_ID;
    part.flash.setBadCell(null);
  },
};

/** STM32F405 in its system memory boot loader. Mode pin low = BOOT0 high. */
export const stm32f4: VirtualTarget = {
  id: 'stm32f4',
  title: 'ST STM32F405, system memory boot loader',
  uidBytes: 12,
  faults: {},
  newPart: (uid) => new Stm32Part(uid),
  socket: (options) => new SerialChip(options, stm32Model),
};
