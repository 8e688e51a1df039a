import { createQdidSession } from './qdid/session.ts';
import type { RootOfTrustDriver } from './root-of-trust.ts';

/** Every root of trust this station can talk to; a recipe names one by `id`. */
export const rootsOfTrust: readonly RootOfTrustDriver[] = [
  {
    id: 'qdid',
    title: 'QDID (PUF)',
    capabilities: ['puf', 'reconstruct', 'sealed-secrets'],
    create: createQdidSession,
  },
];

export function findRootOfTrust(id: string): RootOfTrustDriver | undefined {
  return rootsOfTrust.find((driver) => driver.id === id);
}
