import { raiseAlert } from '#cloud/server/alerts.ts';
import { registerPassed } from '#cloud/onboarding/enqueue.ts';
import { projectAttempts } from './project-attempts.ts';
import { projectBatches } from './project-batches.ts';
import { projectCertificates, projectRecords } from './project-certificates.ts';
import { projectCrls } from './project-crls.ts';
import { projectCheckpoints, projectOnboarding, projectReceipts } from './project-others.ts';
import { projectUnits } from './project-units.ts';
import { bodiesOf } from './bodies.ts';
import type { PreparedLine } from './prepare.ts';
import type { Projection } from './projection.ts';
import { PART, Tally } from './tally.ts';

/** Messages of a known kind in a form that is not known: kept in the log, and somebody is told. */
async function tellStrange(
  { trx, tenantId, stationId, now }: Projection,
  strange: readonly number[],
): Promise<void> {
  if (strange.length === 0) return;
  await raiseAlert(
    trx,
    tenantId,
    {
      key: `message-not-understood/${stationId}`,
      ...{ stationId, level: 'warning' },
      text: `Message ${strange[0] ?? 0} of this station has a form that this cloud does not know; it is kept as it came.`,
      next: 'Update the cloud if the station is newer; otherwise tell the maker of the station.',
    },
    now,
  );
}

/** Brings what people look at up to date with new messages: a few statements whatever their number. */
export async function project(to: Omit<Projection, 'tally'>, lines: readonly PreparedLine[]): Promise<void> {
  const { bodies, strange } = bodiesOf(lines);
  const projection: Projection = { ...to, tally: new Tally() };
  await projectBatches(projection, bodies.batch);
  const attempts = await projectAttempts(projection, bodies.attempt);
  await projectUnits(projection, attempts);
  await projectCertificates(projection, bodies.certificate);
  await projectRecords(projection, bodies.record);
  await registerPassed(
    to.trx,
    to.tenantId,
    bodies.record.map(({ body }) => body),
    to.now,
  );
  await projectCheckpoints(projection, bodies.checkpoint);
  await projectReceipts(projection, bodies.receipt);
  await projectOnboarding(projection, bodies.onboarding);
  await projectCrls(projection, bodies.crl);
  await tellStrange(projection, strange);
  projection.tally.add(to.stationId, 'messages', lines.length);
  await projection.tally.write(to.trx, to.tenantId, PART.ingest);
}
