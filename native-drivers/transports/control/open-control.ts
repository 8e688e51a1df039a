import type { ControlLines, LinkSpec } from '#drivers/core/link.ts';
import { openBenchLines } from './bench.ts';
import { modemControlLines } from './modem-lines.ts';
import { operatorLines } from './operator.ts';
import type { SerialTransport } from '../serial.ts';

/** Opens the control lines that a site's link names; modem lines are those of the open transport. */
export function openControl(spec: LinkSpec, transport: SerialTransport): Promise<ControlLines> {
  switch (spec.control.kind) {
    case 'bench':
      return openBenchLines(spec.control.socket);
    case 'modem-lines':
      return Promise.resolve(modemControlLines(transport.modem, spec.control));
    case 'operator':
      return Promise.resolve(operatorLines());
  }
}
