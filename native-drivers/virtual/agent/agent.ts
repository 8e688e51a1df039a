import type { Firmware, FirmwareFactory } from '../chip/firmware.ts';
import { SmpParser } from '#drivers/protocols/smp/parser.ts';
import { Dispatcher } from './dispatcher.ts';
import { agentFaults } from './faults.ts';
import { hasVectorTable } from './vector-table.ts';

/** Code flash without a program: the CPU runs into a fault and nothing is ever sent. */
const dead: Firmware = { receive: () => undefined, stop: () => undefined };

/** The enrolment agent (docs/protocols/enrolment-agent.md) as firmware of a simulated chip. */
export const createEnrolmentAgent: FirmwareFactory = (hardware, wire) => {
  if (!hasVectorTable(hardware)) return dead;
  const parser = new SmpParser();
  const dispatcher = new Dispatcher(hardware, wire);
  dispatcher.start();
  return {
    receive(bytes) {
      if (agentFaults(hardware.fault()).silent) return;
      for (const event of parser.push(bytes)) if (event.type === 'packet') dispatcher.take(event.packet);
    },
    stop: () => dispatcher.stop(),
  };
};
