import { createAteccSession } from './atecc608/session.ts';
import {
  ATECC608_KEYS,
  CORDELIA_KEYS,
  ESECURE_KEYS,
  NXP_PUF_KEYS,
  QDID_KEYS,
  RENESAS_WRAPPED_KEYS,
  SOFTWARE_KEYS,
  TPM2_KEYS,
} from './capabilities.ts';
import { createCordeliaSession } from './cordelia/session.ts';
import { createEsecureSession, esecureOver } from './esecure/session.ts';
import { createNxpPufSession } from './nxp-puf/session.ts';
import { createQdidSession, qdidOver } from './qdid/session.ts';
import { createSceSession } from './renesas-sce/session.ts';
import { createTsipSession } from './renesas-tsip/session.ts';
import type { RootOfTrustDriver } from './root-of-trust.ts';
import { createSoftwareSession, softwareOver } from './software/session.ts';
import { createTpmSession } from './tpm2/session.ts';

/** Every root of trust this station can talk to; a recipe names one by `id`. */
export const rootsOfTrust: readonly RootOfTrustDriver[] = [
  {
    id: 'qdid',
    title: 'QDID (PUF)',
    capabilities: ['puf', 'reconstruct', 'sealed-secrets'],
    keys: QDID_KEYS,
    create: createQdidSession,
    overAgent: qdidOver,
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
  {
    id: 'cordelia',
    title: 'Cordelia-I (enrols at its own cloud)',
    capabilities: [],
    keys: CORDELIA_KEYS,
    create: createCordeliaSession,
  },
  {
    id: 'esecure',
    title: 'Silex Insight eSecure',
    capabilities: ['sealed-secrets'],
    keys: ESECURE_KEYS,
    create: createEsecureSession,
    overAgent: esecureOver,
  },
  {
    id: 'software',
    title: 'Software key',
    capabilities: ['sealed-secrets'],
    keys: SOFTWARE_KEYS,
    create: createSoftwareSession,
    overAgent: softwareOver,
  },
  {
    id: 'renesas-sce',
    title: 'Renesas SCE (wrapped keys)',
    capabilities: [],
    keys: RENESAS_WRAPPED_KEYS,
    create: createSceSession,
  },
  {
    id: 'renesas-tsip',
    title: 'Renesas TSIP (wrapped keys)',
    capabilities: [],
    keys: RENESAS_WRAPPED_KEYS,
    create: createTsipSession,
  },
];

export function findRootOfTrust(id: string): RootOfTrustDriver | undefined {
  return rootsOfTrust.find((driver) => driver.id === id);
}
