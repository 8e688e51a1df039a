import type { VirtualTarget } from '../target.ts';
import { Stm32f0Part } from './part.ts';
import { ProbeSocket } from './socket.ts';

/** A CMSIS-DAP probe with an STM32F072 on its SWD line. */
export const cmsisDap: VirtualTarget = {
  id: 'cmsis-dap',
  title: 'CMSIS-DAP probe with an ST STM32F072',
  connector: 'usb',
  uidBytes: 12,
  faults: {
    'swd-wait': 'The next access answers WAIT.',
    'swd-fault': 'The next access ends in an error of the bus: FAULT until it is cleared.',
  },
  newPart: (uid) => new Stm32f0Part(uid),
  socket: (options) => new ProbeSocket(options),
};
