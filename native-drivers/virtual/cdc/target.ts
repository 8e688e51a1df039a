import { Stm32Part } from '../stm32f4/part.ts';
import type { VirtualTarget } from '../target.ts';
import { CdcSocket } from './socket.ts';
import { crossed, straight, type Wiring } from './wiring.ts';

/** An STM32F4 in its boot loader behind a USB serial adapter whose DTR and RTS are wired to reset and mode pin. */
export const cdc = adapterTarget('cdc', 'STM32F405 behind a USB serial adapter', straight);

export const cdcCrossed = adapterTarget(
  'cdc-crossed',
  'STM32F405 behind a USB serial adapter, DTR and RTS cross-coupled',
  crossed,
);

function adapterTarget(id: string, title: string, wiring: Wiring): VirtualTarget {
  let adapters = 0;
  return {
    ...{ id, title, connector: 'usb', uidBytes: 12, faults: {} },
    newPart: (uid) => new Stm32Part(uid),
    socket: (options) => new CdcSocket(options, wiring, `VSA-${(adapters += 1)}`),
  };
}
