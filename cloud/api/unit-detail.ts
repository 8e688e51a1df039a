import type { UnitDetail, UnitRow } from '#cloud/contract/views.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { itemStateOf } from '#cloud/onboarding/item-view.ts';
import { certificatesOf } from './certificate-rows.ts';
import { withPem } from './certificate-view.ts';
import type { UnitRecord } from './unit-rows.ts';
import { recordOf } from './unit-record.ts';

type Entry = UnitDetail['timeline'][number];
/** Most entries of a kind: a chip that was tried more often is looked at in its batch. */
const MOST = 200;

const STATES = { passed: 'ok', failed: 'failed', unknown: 'unknown' } as const;
const TITLES = { passed: 'Passed', failed: 'Failed', unknown: 'Not decided' } as const;

async function attempts({ db }: CloudContext, unit: UnitRecord): Promise<Entry[]> {
  const rows = await db
    .selectFrom('attempts')
    .selectAll()
    .where('tenant_id', '=', unit.tenant_id)
    .where('chip_uid', '=', unit.chip_uid)
    .orderBy('ended_at', 'desc')
    .limit(MOST)
    .execute();
  return rows.map((row) => ({
    at: row.ended_at.toISOString(),
    kind: 'attempt' as const,
    title: `${TITLES[row.outcome]} on site ${row.site}`,
    detail: [row.what, `attempt ${row.attempt}`, `by ${row.operator}`, `lot ${row.lot}`]
      .filter((each) => each !== null)
      .join(', '),
    state: STATES[row.outcome],
  }));
}

async function certificates({ db }: CloudContext, unit: UnitRecord): Promise<UnitDetail['certificates']> {
  if (unit.device_id === null) return [];
  const rows = await certificatesOf(db, unit.tenant_id)
    .where('certificates.device_id', '=', unit.device_id)
    .orderBy('certificates.at', 'desc')
    .limit(MOST)
    .execute();
  return rows.map(withPem);
}

async function onboarding(
  { db }: CloudContext,
  tenantId: string,
  fingerprints: readonly string[],
): Promise<UnitDetail['onboarding']> {
  if (fingerprints.length === 0) return [];
  const rows = await db
    .selectFrom('target_items')
    .innerJoin('targets', (join) =>
      join
        .onRef('targets.tenant_id', '=', 'target_items.tenant_id')
        .onRef('targets.id', '=', 'target_items.target_id'),
    )
    .select(['targets.id', 'targets.name', 'target_items.state', 'target_items.action'])
    .select(['target_items.reason', 'target_items.at'])
    .where('target_items.tenant_id', '=', tenantId)
    .where('target_items.fingerprint', 'in', fingerprints)
    .limit(MOST)
    .execute();
  return rows.map((row) => ({
    targetId: row.id,
    target: row.name,
    state: coarse(itemStateOf(row)),
    reason: row.reason,
    at: row.at.toISOString(),
  }));
}

type ItemState = ReturnType<typeof itemStateOf>;
function coarse(state: ItemState): UnitDetail['onboarding'][number]['state'] {
  return state === 'retry' || state === 'revoke-waiting' ? 'waiting' : state;
}

/** What stations said of the targets that they register at themselves. */
async function atStations(
  { db }: CloudContext,
  tenantId: string,
  fingerprints: readonly string[],
): Promise<Entry[]> {
  if (fingerprints.length === 0) return [];
  const rows = await db
    .selectFrom('station_onboarding')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('fingerprint', 'in', fingerprints)
    .limit(MOST)
    .execute();
  return rows.map(({ at, target, state, reason }) => ({
    at: at.toISOString(),
    kind: 'onboarding' as const,
    title: `${target}: ${state}`,
    detail: reason ?? 'by the station',
    state: state === 'dead' ? 'failed' : state === 'registered' ? 'ok' : 'neutral',
  }));
}

function ofCertificate(row: UnitDetail['certificates'][number], at: string): Entry[] {
  const issued = {
    at,
    kind: 'certificate' as const,
    title: 'Certificate issued',
    detail: `serial ${row.serial} by ${row.issuer}`,
    state: 'neutral' as const,
  };
  if (row.revokedAt === null) return [issued];
  const title = 'Certificate revoked';
  const detail = `serial ${row.serial}: ${row.reason ?? 'unspecified'}`;
  return [issued, { at: row.revokedAt, kind: 'revocation', title, detail, state: 'failed' }];
}

function ofTarget({ at, target, state, reason }: UnitDetail['onboarding'][number]): Entry {
  return {
    ...{ at, kind: 'onboarding', title: `${target}: ${state}`, detail: reason ?? '' },
    state: state === 'dead' ? 'failed' : state === 'registered' ? 'ok' : 'neutral',
  };
}

/** All that is known of one unit, newest first. */
export async function unitDetail(context: CloudContext, row: UnitRecord, unit: UnitRow): Promise<UnitDetail> {
  const { tenant_id } = row;
  const issued = await certificates(context, row);
  const fingerprints = issued.map(({ fingerprint }) => fingerprint);
  const targets = await onboarding(context, tenant_id, fingerprints);
  const { record, entries } = await recordOf(context, row);
  const timeline = [
    ...(await attempts(context, row)),
    ...issued.flatMap((each) => ofCertificate(each, each.notBefore)),
    ...entries,
    ...targets.map(ofTarget),
    ...(await atStations(context, tenant_id, fingerprints)),
  ].sort((a, b) => (a.at < b.at ? 1 : -1));
  return { unit, timeline, certificates: issued, record, onboarding: targets };
}
