import { randomUUID } from 'node:crypto';
import { COURIER_CONTENT, type CourierUpHead } from '#protocol/courier-content.ts';
import type { Transfer } from '#protocol/courier/manifest.ts';
import type { ChainPlace } from '#protocol/chain.ts';
import type { Store } from '#store/api.ts';
import { certificationRequests } from '#services/sync/line-keys.ts';
import { renewalDue } from '#services/sync/certificate-end.ts';
import type { Membership } from '#services/sync/membership.ts';
import { renewalKeys } from '#services/sync/renew.ts';
import type { SyncParts } from '#services/sync/sync-parts.ts';
import type { CourierState } from './courier-state.ts';

const PAGE = { rows: 500, bytes: 1024 * 1024 };

/** What one transfer carries, decided when it begins. */
export interface Load {
  head: CourierUpHead;
  until: ChainPlace;
  records: number;
}

/** Everything that the cloud is not known to hold, and the request for new certificates where the old ones end. */
export async function loadOf(parts: SyncParts, membership: Membership): Promise<Load> {
  const { store, name, version, pace, vault } = parts;
  const { head: until, acknowledged: from } = await store.outbox.state();
  const renew = renewalDue(membership, pace.date())
    ? await certificationRequests(vault, await renewalKeys(parts), name)
    : null;
  const applied = await store.inbox.applied();
  return {
    head: { head: 'rootline-courier-up/1', name, version, from, until, applied, renew },
    until,
    records: until.position - from.position,
  };
}

/** The head, then the messages as they travel on the line too; `paged` hears before each page how many there were. */
export async function* linesOf(
  outbox: Pick<Store['outbox'], 'page'>,
  { head, until }: Load,
  paged: (records: number) => void = () => undefined,
): AsyncGenerator<string> {
  yield JSON.stringify(head);
  let after = head.from.position;
  while (after < until.position) {
    paged(after - head.from.position);
    const page = await outbox.page(after, PAGE);
    for (const { position, line } of page) if (position <= until.position) yield line;
    after = page.at(-1)?.position ?? until.position;
  }
}

/** The next transfer to the cloud. Its number is used only once its last part is written. */
export function nextTransfer(
  membership: Membership,
  { written }: CourierState,
  madeAt: Date,
): Omit<Transfer, 'framing'> {
  const last = written.at(-1);
  const { tenant, stationId, stationName, cloud } = membership;
  return {
    ...{ transferId: randomUUID(), direction: 'up', tenant: tenant.id, contentType: COURIER_CONTENT.up },
    from: { kind: 'station', id: stationId, name: stationName },
    to: { kind: 'cloud', id: tenant.id, name: cloud },
    number: (last?.number ?? 0) + 1,
    previous: last?.manifest ?? null,
    madeAt: madeAt.toISOString(),
  };
}
