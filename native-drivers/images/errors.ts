import { DriverError } from '../core/errors.ts';

/** `0x02010000`: addresses in errors read like those in a map file. */
export function hexAddress(address: number): string {
  return `0x${address.toString(16).toUpperCase().padStart(8, '0')}`;
}

/** A file that does not parse. `line` is 1-based and set for text formats, `offset` for binary ones. */
export function formatError(problem: string, where: { line?: number; offset?: number } = {}): DriverError {
  const place =
    where.line !== undefined
      ? `line ${where.line}: `
      : where.offset !== undefined
        ? `offset ${hexAddress(where.offset)}: `
        : '';
  return new DriverError('image-format', `${place}${problem}`, { chip: 'untouched', context: { ...where } });
}
