import { X509Certificate } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { VirtualDevice } from '#drivers/virtual/network/virtual-device.ts';
import { createIssuer } from '#services/pki/issuer.ts';
import { signerOf } from './fleet-authority.ts';
import { readIdentities, type StoredIdentity } from './fleet-identities.ts';
import type { FleetReport, FleetShare } from './fleet-messages.ts';
import { powerUp, provisionPart } from './fleet-part.ts';

type Report = (message: FleetReport) => void;
/** Parts between two reports. */
const BATCH = 50;

/** Makes so many new devices and reports them in batches. */
export async function makeParts(
  share: FleetShare,
  count: number,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const { key, chain } = share.authority;
  const certificate = chain[0] ?? new Uint8Array(0);
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  const issuer = await createIssuer({ signer: signerOf(key, spki), certificate });
  for (let made = 0; made < count && !signal.aborted; made += BATCH) {
    const batch: StoredIdentity[] = [];
    for (let index = made; index < Math.min(count, made + BATCH); index += 1)
      batch.push(await provisionPart(issuer, chain));
    report({ report: 'identities', batch });
    await breathe();
  }
}

/** Powers this thread's parts up: each rebuilds its key and keeps it. */
export async function startParts(
  share: FleetShare,
  count: number,
  signal: AbortSignal,
  report: Report,
): Promise<VirtualDevice[]> {
  const devices: VirtualDevice[] = [];
  const { identities, offset, step } = share;
  for await (const identity of readIdentities(identities, { offset, step, count })) {
    devices.push(new VirtualDevice(powerUp(identity, share.authority.chain)));
    if (devices.length % BATCH === 0) {
      report({ report: 'ready', count: BATCH });
      await breathe();
    }
    if (signal.aborted) break;
  }
  report({ report: 'ready', count: devices.length % BATCH });
  return devices;
}
