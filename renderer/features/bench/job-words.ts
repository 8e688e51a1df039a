import type { JobView } from '#contract/jobs.ts';
import type { JobSites } from './use-job-sites.ts';

/** Roots of trust as people say them; one that is not here is called by its id. */
const ROOTS: Readonly<Record<string, string>> = {
  qdid: 'QDID',
  'nxp-puf': 'NXP PUF',
  atecc608: 'its own keys',
  tpm2: 'its own keys',
  esecure: 'eSecure',
  software: 'software key',
  'renesas-sce': 'SCE keys',
  'renesas-tsip': 'TSIP keys',
};

/** `Renesas RA8M1 + QDID`; the chip alone where the job gives it no root of trust. */
export function chipAndRoot({ targetTitle, rootOfTrust }: JobView, chip: string = targetTitle): string {
  return rootOfTrust === 'none' ? chip : `${chip} + ${ROOTS[rootOfTrust] ?? rootOfTrust}`;
}

/** Jobs that this bench can make first; each part in the order it came in. */
export function makeableFirst(jobs: readonly JobView[], sites: JobSites | null): JobView[] {
  if (sites === null) return [...jobs];
  return [...jobs].sort((a, b) => Number(sites.count(b) > 0) - Number(sites.count(a) > 0));
}
