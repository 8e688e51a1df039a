import { createAteccSession } from './atecc608/session.ts';
import { ATECC608_KEYS, NXP_PUF_KEYS, QDID_KEYS, TPM2_KEYS } from './capabilities.ts';
import { createNxpPufSession } from './nxp-puf/session.ts';
import { createQdidSession } from './qdid/session.ts';
import type { RootOfTrustDriver } from './root-of-trust.ts';
import { createTpmSession } from './tpm2/session.ts';

/** Every root of trust this station can talk to; a recipe names one by `id`. */
export const rootsOfTrust: readonly RootOfTrustDriver[] = [
  {
    id: 'qdid',
    title: 'QDID (PUF)',
    capabilities: ['puf', 'reconstruct', 'sealed-secrets'],
    keys: QDID_KEYS,
    create: createQdidSession,
  },
  {
    id: 'nxp-puf',
    title: 'NXP PUF',
    capabilities: ['puf'],
    keys: NXP_PUF_KEYS,
    create: createNxpPufSession,
  },
  {
    id: 'atecc608',
    title: 'Microchip ATECC608',
    capabilities: ['sealed-secrets'],
    keys: ATECC608_KEYS,
    create: createAteccSession,
  },
  {
    id: 'tpm2',
    title: 'TPM 2.0',
    capabilities: ['sealed-secrets'],
    keys: TPM2_KEYS,
    create: createTpmSession,
  },
];

export function findRootOfTrust(id: string): RootOfTrustDriver | undefined {
  return rootsOfTrust.find((driver) => driver.id === id);
}
