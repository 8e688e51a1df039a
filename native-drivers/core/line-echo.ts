import { DriverError } from './errors.ts';

/**
 * What was sent came back before the answer, as from a one-wire adapter or a console left on. A part cannot be told from
 * an echo on such a line: nothing that could change it may be sent.
 */
export function lineEchoes(path: string): DriverError {
  return new DriverError('line-echoes', 'What is sent comes back: the adapter or the line echoes.', {
    chip: 'untouched',
    context: { path },
  });
}
