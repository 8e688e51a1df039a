import { invitationOf, join } from '#cloud/join/join.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import type { Some } from './handlers.ts';

/** What a station needs before it is known. */
export function openHandlers(context: CloudContext): Some<'invitation' | 'join' | 'root'> {
  return {
    invitation: () => invitationOf(context, context.home.id),
    join: ({ body }) => join(context, context.home.id, body),
    root: async () => {
      const { root, rootFingerprint } = await context.authorities.of(context.home.id);
      return { root: root.toString('base64'), fingerprint: rootFingerprint };
    },
  };
}
