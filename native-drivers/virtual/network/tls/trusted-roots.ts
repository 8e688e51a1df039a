import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkLeaf, checkStep } from './certificate-rules.ts';
import { fatal } from './tls-error.ts';

/** Certificates of the longest path, root and server included. */
const MAX_PATH = 8;
/** Paths remembered: one broker shows its thousand devices one chain. */
const REMEMBERED = 16;

/** A path that was checked: whatever depends on the clock or on the name asked for is checked each time. */
interface Path {
  leaf: X509Certificate;
  from: Date;
  until: Date;
  hosts: Set<string>;
}

/** The certificates that a client trusts, and what it has found out under them. */
export class TrustedRoots {
  readonly #roots: readonly X509Certificate[];
  readonly #paths = new Map<string, Path>();

  /** One or more certificates in PEM. Throws `certificate-malformed`. */
  constructor(pem: string) {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    this.#roots = blocks.map((block) => parsed(Buffer.from(block)));
    if (this.#roots.length === 0) throw malformedChain('No trusted certificate was given.');
  }

  /**
   * The server's certificate out of the chain that it sent (DER, its own first): a path of RFC 5280 to a trusted root, valid
   * now, for servers, for `host`. Throws TlsError `certificate-*` or `host-mismatch`.
   */
  authenticate(chain: readonly Uint8Array[], host: string, now = new Date()): X509Certificate {
    const key = Buffer.concat(chain).toString('base64');
    const path = this.#paths.get(key) ?? this.#find(chain);
    this.#remember(key, path);
    if (now < path.from || now > path.until)
      throw fatal(
        'certificate-time',
        'certificate_expired',
        `A certificate is valid from ${path.from.toISOString()} to ${path.until.toISOString()}.`,
      );
    if (!path.hosts.has(host)) checkHost(path.leaf, host);
    if (path.hosts.size < REMEMBERED) path.hosts.add(host);
    return path.leaf;
  }

  #remember(key: string, path: Path): void {
    this.#paths.set(key, path);
    const [oldest] = this.#paths.keys();
    if (this.#paths.size > REMEMBERED && oldest !== undefined) this.#paths.delete(oldest);
  }

  #find(chain: readonly Uint8Array[]): Path {
    const [leaf, ...others] = chain.slice(0, 2 * MAX_PATH).map((der) => parsed(der));
    if (leaf === undefined) throw malformedChain('The server sent no certificate.');
    checkLeaf(leaf);
    const path = this.#climb([leaf], others);
    if (path === null)
      throw fatal(
        'certificate-untrusted',
        'unknown_ca',
        `No path leads from ${nameOf(leaf)} to a trusted root.`,
      );
    return {
      leaf,
      from: new Date(Math.max(...path.map(({ validFromDate }) => validFromDate.getTime()))),
      until: new Date(Math.min(...path.map(({ validToDate }) => validToDate.getTime()))),
      hosts: new Set(),
    };
  }

  /** Depth first from the server's certificate up; every step is checked before it is taken. */
  #climb(path: readonly X509Certificate[], others: readonly X509Certificate[]): X509Certificate[] | null {
    const last = path.at(-1);
    if (last === undefined || path.length > MAX_PATH) return null;
    if (this.#roots.some(({ raw }) => raw.equals(last.raw))) return [...path];
    const root = this.#roots.find((candidate) => issued(last, candidate));
    if (root !== undefined) {
      checkStep(path, root);
      return [...path, root];
    }
    for (const next of others) {
      if (path.some(({ raw }) => raw.equals(next.raw)) || !issued(last, next)) continue;
      checkStep(path, next);
      const found = this.#climb([...path, next], others);
      if (found !== null) return found;
    }
    return null;
  }
}

/** Names and key identifiers fit, the issuer's key usage allows it (OpenSSL's X509_check_issued), the signature holds. */
function issued(child: X509Certificate, parent: X509Certificate): boolean {
  return child.checkIssued(parent) && child.verify(parent.publicKey);
}

function checkHost(leaf: X509Certificate, host: string): void {
  const options = { subject: 'never', partialWildcards: false } as const;
  const match = isIP(host) === 0 ? leaf.checkHost(host, options) : leaf.checkIP(host);
  if (match === undefined)
    throw fatal(
      'host-mismatch',
      'bad_certificate',
      `The server's certificate is not for ${host}; it is for ${leaf.subjectAltName ?? 'no name'}.`,
    );
}

const nameOf = ({ subject }: X509Certificate): string => subject.replaceAll('\n', ', ');

const malformedChain = (message: string, cause?: unknown) =>
  fatal('certificate-malformed', 'bad_certificate', message, cause);

function parsed(bytes: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch (cause) {
    throw malformedChain('A certificate does not parse.', cause);
  }
}
