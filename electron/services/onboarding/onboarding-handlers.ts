import type { CallContext, HandlersOf } from '#contract/contract.ts';
import type { Onboarding } from './onboarding.ts';

type OnboardingChannel =
  | 'onboarding.targets'
  | 'onboarding.add'
  | 'onboarding.check'
  | 'onboarding.pause'
  | 'onboarding.remove'
  | 'onboarding.dead'
  | 'onboarding.retry'
  | 'onboarding.again';

const actorOf = (context: CallContext): string => context.session?.person.id ?? 'station';

/** Use-cases of onboarding targets for a screen. */
export function createOnboardingHandlers(onboarding: Onboarding): HandlersOf<OnboardingChannel> {
  return {
    'onboarding.targets': async () => ({ targets: await onboarding.list() }),
    'onboarding.add': (request, context) => onboarding.add(request, actorOf(context)),
    'onboarding.check': ({ id }) => onboarding.check(id),
    'onboarding.pause': ({ id, paused }, context) => onboarding.pause(id, paused, actorOf(context)),
    async 'onboarding.remove'({ id }, context) {
      await onboarding.remove(id, actorOf(context));
      return { done: true };
    },
    async 'onboarding.dead'({ id, after, limit }) {
      const { rows, cursor } = await onboarding.dead(id, after, limit);
      return {
        rows: rows.map(({ fingerprint, name, deviceId, attempts, reason, at }) => ({
          ...{ fingerprint, name, deviceId, attempts, at },
          reason: reason ?? '',
        })),
        cursor,
      };
    },
    'onboarding.retry': async ({ id, fingerprints }) => ({
      retried: await onboarding.retry(id, fingerprints),
    }),
    'onboarding.again': async ({ id }, context) => ({ again: await onboarding.again(id, actorOf(context)) }),
  };
}
