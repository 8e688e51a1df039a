import type { HelloAnswer } from '#protocol/line.ts';
import { commonVersion, PROTOCOL } from '#protocol/version.ts';
import { checkPeer } from './line/connect.ts';
import { LineError } from './line/line-error.ts';
import { openLine, type LineClient } from './line/line-client.ts';
import { lineContext } from './line-keys.ts';
import {
  der,
  NO_SETTINGS,
  readSetting,
  localSettings,
  SETTING,
  type LocalSettings,
  type Membership,
} from './membership.ts';
import { proxyOf } from './proxy-settings.ts';
import type { SyncParts } from './sync-parts.ts';

export async function readLocal(parts: Pick<SyncParts, 'store'>): Promise<LocalSettings> {
  return (await readSetting(parts.store.settings, SETTING.local, localSettings)) ?? NO_SETTINGS;
}

/** A line under the station's certificate; only the pinned root is believed. */
export async function openOwnLine(
  parts: SyncParts,
  membership: Membership,
  onLost?: () => void,
): Promise<LineClient> {
  const { vault, store, pace, timeouts } = parts;
  const { proxy } = await readLocal(parts);
  const root = der(membership.root);
  return openLine({
    url: membership.url,
    context: await lineContext(vault, membership),
    judge: (peer) => checkPeer(peer, root, pace.date()),
    proxy: await proxyOf({ vault, keys: store.keys }, proxy),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(onLost === undefined ? {} : { onLost }),
  });
}

/** Tells the cloud where this station stands. The answer is of our tenant, for us, in a version we speak. Throws LineError. */
export async function sayHello(
  { store, name, version, pace, session }: SyncParts,
  client: Pick<LineClient, 'hello'>,
  membership: Membership,
): Promise<HelloAnswer> {
  const [{ head, acknowledged, waiting, oldestAt }, applied] = await Promise.all([
    store.outbox.state(),
    store.inbox.applied(),
  ]);
  const answer = await client.hello({
    ...{
      session,
      name,
      version,
      protocol: PROTOCOL,
      head,
      acknowledged,
      waiting,
      oldestAt,
      applied,
    },
    clock: pace.date().toISOString(),
  });
  if (commonVersion(answer.protocol, PROTOCOL) === null)
    throw new LineError('protocol-unsupported', { details: { ...answer.protocol } });
  const ours = answer.tenant.id === membership.tenant.id && answer.stationId === membership.stationId;
  if (!ours) throw new LineError('wrong-tenant', { details: { tenant: answer.tenant.name } });
  return answer;
}
