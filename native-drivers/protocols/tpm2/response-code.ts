import { DriverError, type DriverErrorCode } from '#drivers/core/errors.ts';
import { RC } from './constants.ts';

/** Bit 7: format one, with the number of a handle, session or parameter in bits 8 to 11 (part 1, 39.4; part 2, 6.6.2). */
const FORMAT_ONE = 0x80;
const PARAMETER = 0x40;

/** The code alone, as the tables list it. */
export const baseOf = (code: number): number => ((code & FORMAT_ONE) === 0 ? code : code & 0xff & ~PARAMETER);

interface Meaning {
  code: DriverErrorCode;
  text: string;
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  [RC.authFail]: { code: 'protected', text: 'The TPM takes this authorization for wrong and counts it.' },
  [RC.badAuth]: { code: 'protected', text: 'The TPM takes this authorization for wrong.' },
  [RC.lockout]: {
    code: 'protected',
    text: 'The TPM is in its lockout after wrong authorizations: it waits, or is reset by its lockout authorization.',
  },
  [RC.nvLocked]: { code: 'locked', text: 'This NV index is locked and takes nothing more.' },
  [RC.nvAuthorization]: { code: 'protected', text: 'This NV index is not for this authorization.' },
  [RC.commandCode]: { code: 'unsupported', text: 'This TPM does not have that command.' },
  [RC.failure]: { code: 'device-error', text: 'The TPM is in failure mode: take it out of use.' },
  [RC.initialize]: { code: 'wrong-state', text: 'The TPM was not started up after its reset.' },
  [RC.nvSpace]: { code: 'device-error', text: 'The TPM has no room for another NV index.' },
};

/** What a response code says, as an error that names the command and the code. */
export function errorOf(code: number, command: number): DriverError {
  const meaning = MEANINGS[baseOf(code)];
  const hex = (value: number): string => `0x${value.toString(16).padStart(3, '0')}`;
  return new DriverError(meaning?.code ?? 'device-error', meaning?.text ?? 'The TPM refuses the command.', {
    context: { command: hex(command), rc: hex(code) },
  });
}

/** Nothing was done: the same command is sent again (part 2, 6.6.3, warnings). */
export const isToRepeat = (code: number): boolean =>
  code === RC.retry || code === RC.yielded || code === RC.testing || code === RC.nvRate;

/** True for a DriverError that came of that response code. */
export const hasCode = (error: unknown, code: number): boolean =>
  error instanceof DriverError && baseOf(Number(error.context['rc'])) === code;
