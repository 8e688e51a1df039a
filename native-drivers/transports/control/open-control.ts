import { DriverError } from '#drivers/core/errors.ts';
import type { ControlLines, LinkSpec } from '#drivers/core/link.ts';
import { openBenchLines } from './bench.ts';
import { modemControlLines } from './modem-lines.ts';
import { operatorLines } from './operator.ts';
import type { SerialTransport } from '../serial.ts';

/** Opens the control lines that a site's link names; modem lines are those of the open transport, if there is one. */
export function openControl(spec: LinkSpec, transport: SerialTransport | null): Promise<ControlLines> {
  switch (spec.control.kind) {
    case 'bench':
      return openBenchLines(spec.control.socket);
    case 'modem-lines':
      if (transport === null) throw refused('This port has no modem lines.', spec.path);
      return Promise.resolve(modemControlLines(transport.modem, spec.control));
    case 'relay':
      throw refused('Relay boards cannot be opened yet.', spec.path);
    case 'operator':
      return Promise.resolve(operatorLines());
  }
}

const refused = (message: string, path: string): DriverError =>
  new DriverError('unsupported', message, { chip: 'untouched', context: { path } });
