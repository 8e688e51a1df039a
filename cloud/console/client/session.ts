import { create } from 'zustand';
import type { ConsoleRole } from '#cloud/contract/operation.ts';
import type { SessionView } from '#cloud/contract/views.ts';

/** Who is signed in; `known` once the cloud has said so or not. */
export const useSession = create<{ session: SessionView | null; known: boolean }>()(() => ({
  session: null,
  known: false,
}));

/** Ordered: each may do what those after it may (cloud/contract/operation.ts). */
const RANK: Record<ConsoleRole, number> = { admin: 2, planner: 1, auditor: 0 };

/** Whether the person may do what this role may. The cloud checks again. */
export function useMay(least: ConsoleRole): boolean {
  const role = useSession((s) => s.session?.role);
  return role !== undefined && RANK[role] >= RANK[least];
}
