import { z } from 'zod';
import { channel, done, nothing, role, shortText } from './channel.ts';

export const person = z.strictObject({ id: shortText, name: shortText, role });

export const session = z.strictObject({ person, signedInAt: z.iso.datetime() });
export type Session = z.infer<typeof session>;

export const sessionChannels = {
  /** PINs are given on a demo station only; elsewhere `pin` is absent. */
  'session.people': channel(
    'anyone',
    nothing,
    z.strictObject({ people: z.array(person.extend({ pin: z.string().max(12).optional() })) }),
  ),
  'session.signIn': channel(
    'anyone',
    z.strictObject({ personId: shortText, pin: z.string().min(4).max(64) }),
    session,
  ),
  /** A badge is a secret of its own: scanned, never typed. */
  'session.badge': channel('anyone', z.strictObject({ badge: z.string().min(8).max(128) }), session),
  'session.current': channel('anyone', nothing, z.strictObject({ session: session.nullable() })),
  'session.signOut': channel('anyone', nothing, done),
};
