import { DriverError } from '#drivers/core/errors.ts';
import type { ControlLines, ControlSpec, LinkSpec } from '#drivers/core/link.ts';
import type { SerialTransport } from '../serial.ts';
import { openBenchLines } from './bench.ts';
import { openModemLines } from './modem-lines.ts';
import { operatorLines, type Ask } from './operator.ts';
import { relayLines } from './relay.ts';

/** What control lines need beside their spec. */
export interface ControlHelp {
  ask: Ask;
  /** Where the port of a relay board is now. Rejects with `port-missing`. */
  relayPath: (spec: Extract<ControlSpec, { kind: 'relay' }>) => Promise<string>;
}

/** Opens the control lines that a site's link names; modem lines are those of the open transport, if there is one. */
export async function openControl(
  { path, control }: LinkSpec,
  transport: SerialTransport | null,
  { ask, relayPath }: ControlHelp,
): Promise<ControlLines> {
  switch (control.kind) {
    case 'bench':
      return openBenchLines(control.socket);
    case 'modem-lines':
      if (transport === null) throw noLines(path);
      return openModemLines(transport.modem, control);
    case 'relay':
      return relayLines(await relayPath(control), control);
    case 'operator':
      return operatorLines(ask);
  }
}

const noLines = (path: string): DriverError =>
  new DriverError('unsupported', 'This port has no modem lines.', {
    chip: 'untouched',
    context: { path },
  });
