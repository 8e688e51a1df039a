import { encryptFor } from './envelope.ts';
import { signContent, type CourierSigner } from './signed.ts';

/** What sealing takes: who signs, and who may open. */
export interface SealKeys {
  signer: CourierSigner;
  /** DER: the signer's certificate, then what issued it. The root may be left out. */
  chain: readonly Uint8Array[];
  /** The addressee's certificate for key agreement, DER, P-256. Whoever calls has checked that it leads to a root. */
  addressee: Uint8Array;
  /** Default: the clock of this machine. */
  now?: () => Date;
}

/** Signs a payload, then encrypts it for the addressee: one courier file. */
export async function sealPart(payload: Uint8Array, keys: SealKeys): Promise<Buffer> {
  const at = keys.now?.() ?? new Date();
  return encryptFor(keys.addressee, await signContent(payload, keys.signer, keys.chain, at));
}
