import type { OnboardingTargetView } from '#contract/sync.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import type { Tone } from '#ui/theme/tokens.ts';

export const MODE_WORDS: Record<OnboardingTargetView['mode'], string> = {
  devices: 'Each device by itself',
  'devices-by-file': 'Each device by the access file',
  ca: 'All devices of the CA at once',
};

/** Colour, shape and word of how a target is. */
export function targetLook({ paused, health }: OnboardingTargetView): {
  word: string;
  shape: Shape;
  tone: Tone;
} {
  if (paused) return { word: 'Paused', shape: 'ready', tone: 'unknown' };
  if (health === null) return { word: 'Not checked yet', shape: 'dashed', tone: 'idle' };
  return health.ok
    ? { word: 'Answers', shape: 'circle', tone: 'pass' }
    : { word: 'Does not answer', shape: 'octagon', tone: 'fail' };
}

/** What is wrong with a broker's address, or null. */
export function addressFault(url: string): string | null {
  if (url === '' || /^mqtts?:\/\/[^\s/]+$/.test(url)) return null;
  return 'mqtts://host:port, without a path';
}

/** A connection that carries a password in clear is asked about before it is saved. */
export const isClear = (url: string): boolean => url.startsWith('mqtt://');
