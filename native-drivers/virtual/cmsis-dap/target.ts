import type { VirtualTarget } from '../target.ts';
import { VERSION_1, VERSION_2, type ProbeModel } from './probe.ts';
import { Stm32f0Part } from './part.ts';
import { ProbeSocket } from './socket.ts';

/** Hosts choose among probes by serial number: each has its own. */
let probes = 0;

const probe = (id: string, title: string, model: ProbeModel): VirtualTarget => ({
  ...{ id, title, connector: 'usb', uidBytes: 12 },
  faults: {
    'swd-wait': 'The next access answers WAIT.',
    'swd-fault': 'The next access ends in an error of the bus: FAULT until it is cleared.',
  },
  newPart: (uid) => new Stm32f0Part(uid),
  socket: (options) => new ProbeSocket(options, model, `RL-DAP-${(probes += 1)}`),
});

/** A probe with an STM32F072 on its SWD line. */
export const cmsisDap = probe('cmsis-dap', 'CMSIS-DAP probe with an ST STM32F072', VERSION_2);
export const cmsisDapHid = probe('cmsis-dap-hid', 'CMSIS-DAP probe of version 1 (HID), same part', VERSION_1);
