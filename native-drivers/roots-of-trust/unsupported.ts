import { DriverError } from '#drivers/core/errors.ts';

/** What a root of trust cannot do is refused before a byte is sent. `why`: for who reads it. */
export function unsupported(operation: string, why: string): Promise<never> {
  return Promise.reject(new DriverError('unsupported', why, { chip: 'untouched', context: { operation } }));
}
