import { DriverError } from '../core/errors.ts';

/** A refused artefact, naming which one and its field or offset: a person has to know what to ask the maker for. */
export function artefactError(
  artefact: string,
  field: string,
  problem: string,
  context: Record<string, string | number | boolean> = {},
  cause?: unknown,
): DriverError {
  return new DriverError('bad-argument', `${artefact}: ${field}: ${problem}`, {
    chip: 'untouched',
    context: { artefact, field, ...context },
    cause,
  });
}
