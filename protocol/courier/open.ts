import { decryptWith, type CourierKey } from './envelope.ts';
import { CourierError } from './errors.ts';
import { decodePayload, type PartHeader, type Payload } from './manifest.ts';
import { recognise } from './recognise.ts';
import { openSigned } from './signed.ts';
import { verifySigner, type CourierTrust, type VerifiedSigner } from './trust.ts';

/** Octets of a sealed file that are held at once (64 MiB), unless told otherwise. */
export const MAX_FILE = 64 * 1024 * 1024;

/** Who we are and whom we take files from. */
export interface OpenKeys {
  self: { kind: 'station' | 'cloud'; id: string };
  /** All certificates that files may still be sealed for: the present one and those before it. */
  keys: readonly CourierKey[];
  trust: CourierTrust;
  maxFileBytes?: number;
}

export interface OpenedPart extends Payload {
  signer: VerifiedSigner;
}

function checkSender(header: PartHeader, signer: VerifiedSigner): void {
  const { from, tenant } = header;
  if (from.kind === signer.kind && from.id === signer.id && tenant === signer.tenant) return;
  throw new CourierError('unknown-sender', 'The courier file says it is from somebody who did not sign it.', {
    context: { says: from.id, signer: signer.id },
  });
}

function checkAddressee({ to, direction }: PartHeader, self: OpenKeys['self']): void {
  const ours = self.kind === 'cloud' ? 'up' : 'down';
  if (to.kind === self.kind && to.id === self.id && direction === ours) return;
  throw new CourierError('wrong-addressee', `The courier file is for ${to.name}, not for here.`, {
    context: { addressee: to.id },
  });
}

/** Opens one sealed file: decrypts, checks signature, signer, sender and addressee. Nothing of it is believed before. */
export async function openPart(file: Buffer, own: OpenKeys): Promise<OpenedPart> {
  recognise(file, file.length, own.maxFileBytes ?? MAX_FILE);
  const signed = openSigned(await decryptWith(own.keys, file));
  const signer = await verifySigner(signed, own.trust);
  const payload = decodePayload(signed.content);
  checkSender(payload.header, signer);
  checkAddressee(payload.header, own.self);
  return { ...payload, signer };
}
