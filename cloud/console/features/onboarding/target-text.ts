import type { TargetView } from '#cloud/contract/views.ts';
import type { Look } from '#cloud/console/pieces/words.ts';

/** What each way of registering is called. */
export const modeWord: Record<TargetView['mode'], string> = {
  devices: 'each device by itself',
  ca: 'once for the issuing CA',
};

/** How a target is: paused by a person, unknown before the first check, or as the last check found it. */
export function targetLook({ paused, health }: TargetView): Look {
  if (paused) return { shape: 'ready', tone: 'idle', word: 'Paused' };
  if (!health) return { shape: 'dashed', tone: 'idle', word: 'Not checked yet' };
  return health.ok
    ? { shape: 'circle', tone: 'pass', word: 'Works' }
    : { shape: 'octagon', tone: 'fail', word: 'Does not work' };
}
