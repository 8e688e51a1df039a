import { createPublicKey, X509Certificate } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { DOWN_TYPE, downMessage, type DownMessage } from '#protocol/down.ts';
import { der, type Membership } from '../membership.ts';
import { fingerprintOf, verifyChain } from '../trust/chain.ts';
import { downError } from './down-error.ts';

export type Trusted = Pick<Membership, 'root' | 'signers' | 'tenant' | 'stationId'>;

/** The certificates that a message names as its signer's. */
function chainOf(jws: string): Buffer[] {
  try {
    const { alg, typ, x5c } = decodeProtectedHeader(jws);
    if (alg === 'ES256' && typ === DOWN_TYPE && Array.isArray(x5c) && x5c.length > 0) return x5c.map(der);
  } catch (cause) {
    throw downError('down-altered', {}, cause);
  }
  throw downError('down-stranger', { reason: 'type' });
}

/**
 * The key must be one that this station was told of, and lead to the root that people compared. Whether it was valid is
 * judged at the time that the message bears: by courier it may come after the certificate has ended.
 */
function checkSigner(chain: readonly Buffer[], { root, signers }: Trusted, at: Date): void {
  try {
    const leaf = verifyChain(chain, { root: der(root), at });
    if (signers.includes(fingerprintOf(leaf))) return;
  } catch (cause) {
    throw downError('down-stranger', {}, cause);
  }
  throw downError('down-stranger', { reason: 'signer' });
}

async function payloadOf(jws: string, leaf: Buffer | undefined): Promise<string> {
  try {
    const key = createPublicKey(
      new X509Certificate(leaf ?? Buffer.alloc(0)).publicKey.export({ type: 'spki', format: 'pem' }),
    );
    const { payload } = await compactVerify(jws, key, { algorithms: ['ES256'] });
    return Buffer.from(payload).toString('utf8');
  } catch (cause) {
    throw downError('down-altered', {}, cause);
  }
}

function parse(text: string): DownMessage {
  try {
    return downMessage.parse(JSON.parse(text));
  } catch (cause) {
    throw downError('down-format', {}, cause);
  }
}

/** The message, once it is proved to be the tenant's word to this station. Throws AppError `down-*`. */
export async function verifyDown(jws: string, trusted: Trusted): Promise<DownMessage> {
  const chain = chainOf(jws);
  const message = parse(await payloadOf(jws, chain[0]));
  checkSigner(chain, trusted, new Date(message.at));
  const { sequence } = message;
  if (message.tenant !== trusted.tenant.id) throw downError('down-other-tenant', { sequence });
  if (message.station !== trusted.stationId) throw downError('down-other-station', { sequence });
  return message;
}
