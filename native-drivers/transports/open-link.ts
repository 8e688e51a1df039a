import type { ControlLines, Link, LinkSpec } from '../core/link.ts';
import { openBenchLines } from './control/bench.ts';
import { modemControlLines } from './control/modem-lines.ts';
import { operatorLines } from './control/operator.ts';
import { openSerial } from './serial.ts';
import type { SerialTransport } from './serial.ts';

export interface OpenLink extends Link {
  transport: SerialTransport;
}

/** Opens port and control lines of a site, or neither. */
export async function openLink(spec: LinkSpec, baudRate: number): Promise<OpenLink> {
  const transport = await openSerial(spec.path, baudRate);
  try {
    return { transport, control: await openControl(spec, transport) };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

function openControl(spec: LinkSpec, transport: SerialTransport): Promise<ControlLines> {
  switch (spec.control.kind) {
    case 'bench':
      return openBenchLines(spec.control.socket);
    case 'modem-lines':
      return Promise.resolve(modemControlLines(transport.modem, spec.control));
    case 'operator':
      return Promise.resolve(operatorLines());
  }
}
