import { FaultSet } from '../faults.ts';
import { IdealClock } from '../wire/ideal-clock.ts';
import type { DeadlineClock } from '../wire/deadline-clock.ts';
import { Stm32f0Part } from './part.ts';
import { ProbeSocket } from './socket.ts';
import { cmsisDap } from './target.ts';

export interface SocketRig {
  socket: ProbeSocket;
  part: Stm32f0Part;
  faults: FaultSet;
  ideal: IdealClock;
}

/** A probe with a fresh part in its socket. */
export function openSocket(clock: DeadlineClock | null = null): SocketRig {
  const faults = new FaultSet(cmsisDap.faults);
  const ideal = new IdealClock();
  const nothing = (): void => undefined;
  const socket = new ProbeSocket({
    ...{ clock, ideal, faults, acceptForeignKeys: false },
    ...{ transmit: nothing, discard: nothing, onRunning: nothing, lineRate: () => 0, usbChanged: nothing },
  });
  const part = new Stm32f0Part(Uint8Array.from({ length: 12 }, (_, index) => 0x31 + index));
  socket.insert(part);
  return { socket, part, faults, ideal };
}
