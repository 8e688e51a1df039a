import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Group } from './constants.ts';
import { fatal, illegal } from './tls-error.ts';

/** One ephemeral key of ours. `agree` gives the shared secret (RFC 8446, 7.4) or throws `illegal`. */
export interface KeyShare {
  group: Group;
  publicKey: Buffer;
  agree(peer: Uint8Array): Buffer;
}

/** SubjectPublicKeyInfo of an X25519 key up to the key itself (RFC 8410, 4). */
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');
const X25519_BYTES = 32;
/** Uncompressed point of P-256 (RFC 8446, 4.2.8.2). */
const P256_BYTES = 65;

/** An X25519 share from a given key: handshakes replayed in tests bring theirs. */
export function x25519Share(privateKey: KeyObject): KeyShare {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    group: Group.x25519,
    publicKey: spki.subarray(X25519_SPKI.length),
    agree: (peer) => {
      if (peer.length !== X25519_BYTES) throw illegal('The key share of the server has a wrong length.');
      const key = Buffer.concat([X25519_SPKI, peer]);
      const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
      return agreed(() => diffieHellman({ privateKey, publicKey }));
    },
  };
}

function p256Share(): KeyShare {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys();
  return {
    group: Group.secp256r1,
    publicKey,
    agree: (peer) => {
      if (peer.length !== P256_BYTES || peer[0] !== 4)
        throw illegal('The key share of the server is not an uncompressed point.');
      return agreed(() => ecdh.computeSecret(peer));
    },
  };
}

/** A point off the curve or of low order is refused by node:crypto; all zeros would be no secret (RFC 7748, 6.1). */
function agreed(agree: () => Buffer): Buffer {
  let secret: Buffer;
  try {
    secret = agree();
  } catch (cause) {
    throw fatal(
      'illegal',
      'illegal_parameter',
      'The key share of the server is no point of the curve.',
      cause,
    );
  }
  if (secret.every((byte) => byte === 0)) throw illegal('The key share of the server is of low order.');
  return secret;
}

/** A fresh ephemeral key. */
export function newKeyShare(group: Group): KeyShare {
  return group === Group.x25519 ? x25519Share(generateKeyPairSync('x25519').privateKey) : p256Share();
}
