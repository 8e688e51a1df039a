import { X509Certificate } from 'node:crypto';

/** Why a chain is not believed; a small word for details and tests. */
export type ChainFault = 'unreadable' | 'other-root' | 'not-a-ca' | 'signature' | 'time' | 'purpose';

export class ChainError extends Error {
  readonly fault: ChainFault;
  readonly subject: string;
  constructor(fault: ChainFault, subject: string, cause?: unknown) {
    super(`The certificate chain does not hold: ${fault} (${subject})`, cause === undefined ? {} : { cause });
    this.name = 'ChainError';
    this.fault = fault;
    this.subject = subject;
  }
}

export interface ChainRule {
  /** DER; the only one. */
  root: Uint8Array;
  at: Date;
  /** How far the clock of this station may be off, milliseconds. */
  toleranceMs?: number;
  /** Extended key usage that the end entity must have, dotted. */
  purpose?: string;
}

/** No chain here is longer: end entity, issuing, root, and one in between. */
const MAX_DEPTH = 5;

export function parseDer(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(der));
  } catch (cause) {
    throw new ChainError('unreadable', '', cause);
  }
}

function checkTime(certificate: X509Certificate, { at, toleranceMs = 0 }: ChainRule): void {
  const time = at.getTime();
  const early = time + toleranceMs < certificate.validFromDate.getTime();
  if (early || time - toleranceMs > certificate.validToDate.getTime())
    throw new ChainError('time', certificate.subject);
}

function checkLink(child: X509Certificate, parent: X509Certificate): void {
  if (!parent.ca) throw new ChainError('not-a-ca', parent.subject);
  if (!child.checkIssued(parent) || !child.verify(parent.publicKey))
    throw new ChainError('signature', child.subject);
}

/**
 * The end entity of a chain that leads to the pinned root: each is signed by the next, those above are authorities,
 * all are valid at `at`. The root may be left out. Throws ChainError.
 */
export function verifyChain(chain: readonly Uint8Array[], rule: ChainRule): X509Certificate {
  const root = parseDer(rule.root);
  const given = chain.slice(0, MAX_DEPTH).map(parseDer);
  const path = given.filter((one) => !one.raw.equals(root.raw));
  const [leaf] = path;
  if (leaf === undefined) throw new ChainError('other-root', root.subject);
  const links = [...path, root];
  for (const [index, parent] of links.slice(1).entries()) {
    const child = links[index] ?? leaf;
    if (parent === root && !child.checkIssued(root)) throw new ChainError('other-root', child.subject);
    checkLink(child, parent);
  }
  for (const one of links) checkTime(one, rule);
  // Node names the extended key usage `keyUsage`; undefined where there is none.
  const usages = (leaf.keyUsage as string[] | undefined) ?? [];
  if (rule.purpose !== undefined && !usages.includes(rule.purpose))
    throw new ChainError('purpose', leaf.subject);
  return leaf;
}

/** SHA-256 of the DER, lower-case hex: as people compare it. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}
