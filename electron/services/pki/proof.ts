import { X509Certificate } from 'node:crypto';
import { checkAuthority, checkEndEntity, parseCertificate } from './chain.ts';
import { deviceIdOf } from './device-key.ts';
import { partRefused } from './errors.ts';
import { publicKeyOf, verifyDer } from './signer.ts';

/** What a part answers in the prove phase. */
export interface Proof {
  challenge: Uint8Array;
  /** SPKI, DER. */
  publicKey: Uint8Array;
  /** ECDSA over the proof message, DER. */
  signature: Uint8Array;
  /** Leaf first, as the part holds it. */
  chain: readonly Uint8Array[];
  deviceId: string;
  /** SHA-256 of the certificate that was injected, hex. */
  fingerprint?: string;
}

/** The authority whose devices are accepted. */
export interface TrustedAuthority {
  root: X509Certificate;
  issuing: X509Certificate;
}

/**
 * What a device signs (docs/protocols/enrolment-agent.md): the challenge never stands alone, so that a part cannot
 * be made to sign something that means anything elsewhere, a TLS transcript or a CSR.
 */
const PROOF_CONTEXT = 'rootline/challenge/1\0';

/** The message under the signature. */
function proofMessage(challenge: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(PROOF_CONTEXT), challenge]);
}

function checkLeaf(proof: Proof, { root, issuing }: TrustedAuthority, now: Date): X509Certificate {
  const [leafDer, issuingDer] = proof.chain;
  const leaf = parseCertificate(leafDer ?? new Uint8Array(), 'The certificate in the part');
  if (issuingDer !== undefined && !issuing.raw.equals(Buffer.from(issuingDer)))
    throw partRefused('chain-invalid', 'The part holds the chain of another authority.');
  checkAuthority(issuing, root, now);
  checkEndEntity(leaf, issuing, 'device', now);
  return leaf;
}

function sameFingerprint(leaf: X509Certificate, fingerprint: string | undefined): boolean {
  return fingerprint === undefined || leaf.fingerprint256.replaceAll(':', '').toLowerCase() === fingerprint;
}

/**
 * Checks a part's proof: the chain leads to our root and is valid, the certificate is the one injected, its key is
 * the one the part enrolled, and that key signed this challenge. Throws AppError `chain-invalid`, `proof-key`,
 * `proof-signature`.
 */
export function verifyProof(proof: Proof, authority: TrustedAuthority, now = new Date()): void {
  const leaf = checkLeaf(proof, authority, now);
  if (!sameFingerprint(leaf, proof.fingerprint))
    throw partRefused('chain-invalid', 'The part holds another certificate than the one injected.');
  const spki = leaf.publicKey.export({ type: 'spki', format: 'der' });
  if (!spki.equals(proof.publicKey) || deviceIdOf(spki) !== proof.deviceId)
    throw partRefused('proof-key', 'The key in the certificate is not the key that the part enrolled.');
  if (!verifyDer(publicKeyOf(spki), proofMessage(proof.challenge), proof.signature))
    throw partRefused('proof-signature', 'The part could not sign the challenge with its device key.');
}
