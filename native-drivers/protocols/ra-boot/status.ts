import { COMMAND, ERROR_BIT, STATUS } from './constants.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { DriverErrorCode } from '#drivers/core/errors.ts';
import type { Frame } from './frame.ts';

/** Names of command codes, for the words of an error. */
export type CommandNames = ReadonlyMap<number, string>;

const raNames: CommandNames = new Map<number, string>(
  Object.entries(COMMAND).map(([name, code]) => [code, name]),
);

/** Statuses that mean something more exact to a caller than "the chip said no". */
const codes: Readonly<Record<number, DriverErrorCode>> = {
  0x0c: 'unsupported',
  0xd5: 'wrong-state',
  0xda: 'protected',
  0xdc: 'protected',
  0xe4: 'wrong-state',
};

export function commandName(code: number, names: CommandNames = raNames): string {
  return names.get(code) ?? hex(code);
}

export function hex(value: number, digits = 2): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** True for a response to `command`, be it success or error. Anything else is a late answer to an earlier one. */
export function answers(frame: Frame, command: number): boolean {
  return frame.code === command || frame.code === (command | ERROR_BIT);
}

/**
 * Throws what an error response says. A second status and an address may follow the status: four bytes each
 * (R01AN5562 section 6.18.2.3, as radfu reads it), or one and four, as a public tool for RA8 reads them.
 */
export function throwIfError(frame: Frame, command: number, names: CommandNames = raNames): void {
  const status = frame.payload[0] ?? 0;
  const failed = frame.code === (command | ERROR_BIT);
  if (!failed) return;
  const context: Record<string, string | number> = {
    command: commandName(command, names),
    status: hex(status),
    statusName: STATUS[status] ?? 'unlisted',
  };
  const wide = frame.payload.length >= 9;
  if (wide || frame.payload.length >= 6) {
    const view = Buffer.from(frame.payload);
    context['status2'] = wide ? hex(view.readUInt32BE(1), 8) : hex(view.readUInt8(1));
    context['address'] = hex(view.readUInt32BE(wide ? 5 : 2), 8);
  }
  throw new DriverError(codes[status] ?? 'device-error', `The chip refused ${commandName(command, names)}.`, {
    chip: 'not-locked',
    context,
  });
}

/** The chip did not take the payload as it was: it did nothing. */
export function isPacketRefusal(error: unknown): boolean {
  return error instanceof DriverError && error.context['statusName'] === 'packet';
}
