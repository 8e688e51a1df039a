import { create } from 'zustand';
import type { Role } from '#contract/channel.ts';
import type { Session } from '#contract/session.ts';

/** Who is signed in; `known` false until the station has said. */
export const useSession = create<{ session: Session | null; known: boolean }>()(() => ({
  session: null,
  known: false,
}));

/** The role of the person signed in. */
export const useRole = (): Role | null => useSession((s) => s.session?.person.role ?? null);

/** True for roles that may touch the bench: engineer and officer. */
export const useIsLab = (): boolean => {
  const role = useRole();
  return role === 'engineer' || role === 'officer';
};

/** True for roles that run batches: all but the auditor. */
export const useIsFloor = (): boolean => {
  const role = useRole();
  return role !== null && role !== 'auditor';
};
