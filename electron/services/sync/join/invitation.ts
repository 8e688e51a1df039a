import { X509Certificate } from 'node:crypto';
import { invitation, type Invitation } from '#protocol/join.ts';
import { commonVersion, PROTOCOL } from '#protocol/version.ts';
import { checkPeer, type Peer } from '../line/connect.ts';
import { LineError } from '../line/line-error.ts';
import { openLine } from '../line/line-client.ts';
import type { Proxy } from '../line/proxy.ts';
import { der, sha256Of } from '../membership.ts';
import { joinError } from './join-error.ts';

export interface LookParts {
  proxy: Proxy | null;
  date: () => Date;
}

/** An invitation that was checked as far as that goes without knowing the cloud. */
export interface Invited {
  invitation: Invitation;
  /** DER. */
  root: Buffer;
  /** SHA-256 of the root: what people compare. */
  fingerprint: string;
}

/** `https://host:port` of what a person typed or scanned. Throws AppError `join-address`. */
export function addressOf(text: string): string {
  try {
    const url = new URL(text.includes('://') ? text : `https://${text}`);
    if (url.protocol === 'https:' && url.username === '' && url.hostname !== '') return url.origin;
  } catch (cause) {
    throw joinError('join-address', {}, cause);
  }
  throw joinError('join-address');
}

/** Throws AppError `join-invitation` unless it names a root of its own, LineError where no version is common. */
export function checkInvitation(given: unknown): Invited {
  const read = invitation.safeParse(given);
  if (!read.success) throw joinError('join-invitation', { reason: 'format' }, read.error);
  const root = der(read.data.root);
  if (!isRoot(root)) throw joinError('join-invitation', { reason: 'root' });
  if (commonVersion(read.data.protocol, PROTOCOL) === null) throw new LineError('protocol-unsupported');
  return { invitation: read.data, root, fingerprint: sha256Of(root) };
}

function isRoot(root: Buffer): boolean {
  try {
    const certificate = new X509Certificate(root);
    return (
      certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey)
    );
  } catch {
    return false;
  }
}

/**
 * Asks an unknown server who it is. Nothing of the station goes out but the question. The root that it names must be the
 * one that the connection itself leads to: otherwise somebody passes on the invitation of another.
 */
export async function fetchInvitation(url: string, { proxy, date }: LookParts): Promise<Invited> {
  const peers: Peer[] = [];
  const line = openLine({ url, proxy, context: null, judge: (peer) => void peers.push(peer) });
  try {
    const invited = checkInvitation(await line.call('GET', '/v1/join', invitation));
    for (const peer of peers) checkPeer(peer, invited.root, date());
    return invited;
  } finally {
    await line.close();
  }
}
