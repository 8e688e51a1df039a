import { X509Certificate } from 'node:crypto';
import { clearAlert, raiseAlert } from '#cloud/server/alerts.ts';
import type { CloudContext } from '#cloud/server/context.ts';
import { CloudError } from '#cloud/server/problem.ts';
import { chainForked, hashAt } from '#cloud/ingest/chain-state.ts';
import type { ChainPlace } from '#protocol/chain.ts';
import type { HelloAnswer, HelloRequest } from '#protocol/line.ts';
import { commonVersion, PROTOCOL } from '#protocol/version.ts';
import type { StationIdentity } from './identity.ts';
import { holdSession } from './session.ts';

/** A station's clock may be off by so much before somebody is told, seconds. */
const CLOCK_TOLERANCE = 300;

function refuseVersion({ min, max }: HelloRequest['protocol']): void {
  if (commonVersion(PROTOCOL, { min, max }) !== null) return;
  const older = max < PROTOCOL.min ? 'station' : 'cloud';
  throw new CloudError(426, {
    code: 'no-common-protocol',
    what: `The station speaks versions ${min} to ${max} of the protocol, the cloud ${PROTOCOL.min} to ${PROTOCOL.max}.`,
    next: `Update the ${older}. Nothing is lost: messages wait.`,
    details: { min: PROTOCOL.min, max: PROTOCOL.max },
  });
}

/** One place that the station names: the cloud has the same there, has less, or the chain has forked. */
async function compare(
  context: CloudContext,
  { tenantId, stationId, station }: StationIdentity,
  place: ChainPlace,
): Promise<void> {
  const head = { epoch: station.epoch, position: station.position, hash: station.hash };
  if (place.epoch > head.epoch) return;
  if (place.epoch === head.epoch && place.position > head.position) return;
  const ours = await hashAt(context.db, { tenantId, stationId }, place.epoch, place.position);
  if (ours !== null && ours !== place.hash)
    throw chainForked('different', head, { position: place.position, hash: ours });
}

/** The station's end lies before ours: it was set back to a backup, or it is a copy that stood still. */
function refuseBehind({ station }: StationIdentity, { head }: HelloRequest): void {
  const ours = { epoch: station.epoch, position: station.position, hash: station.hash };
  const at = { position: head.position, hash: head.hash };
  if (head.epoch < ours.epoch) throw chainForked('old-epoch', ours, at);
  if (head.epoch === ours.epoch && head.position < ours.position)
    throw chainForked('station-behind', ours, at);
}

async function checkChain(
  context: CloudContext,
  identity: StationIdentity,
  hello: HelloRequest,
): Promise<void> {
  await compare(context, identity, hello.head);
  await compare(context, identity, hello.acknowledged);
  refuseBehind(identity, hello);
}

const forkKey = (stationId: string): string => `chain-forked/${stationId}`;

/** What the refusal says also stands in the console, until the station goes on. */
async function bookFork(context: CloudContext, identity: StationIdentity, error: CloudError): Promise<void> {
  const { tenantId, stationId, station } = identity;
  await context.db
    .updateTable('stations')
    .set({ forked: true, problem: error.problem.what })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .execute();
  const text = `${station.name}: ${error.problem.what}`;
  const alert = {
    key: forkKey(stationId),
    stationId,
    level: 'error',
    text,
    next: error.problem.next,
  } as const;
  await raiseAlert(context.db, tenantId, alert, context.now());
}

/** Told once a hello shows it: messages that the cloud had acknowledged are sent again. */
async function tellRestored(
  context: CloudContext,
  identity: StationIdentity,
  hello: HelloRequest,
): Promise<void> {
  const { tenantId, stationId, station } = identity;
  const { acknowledged } = hello;
  if (acknowledged.epoch === station.epoch && acknowledged.position <= station.position) return;
  if (acknowledged.epoch < station.epoch) return;
  await raiseAlert(
    context.db,
    tenantId,
    {
      key: `cloud-behind/${stationId}`,
      ...{ stationId, level: 'warning' },
      text: `${station.name}: the cloud had acknowledged message ${acknowledged.position} and holds ${station.position}. It was restored from a backup; the station sends again.`,
      next: 'Nothing to do for messages. Check orders and revocations since the backup.',
    },
    context.now(),
  );
}

async function keepContact(
  context: CloudContext,
  identity: StationIdentity,
  hello: HelloRequest,
): Promise<void> {
  const { tenantId, stationId, station } = identity;
  const offset = (new Date(hello.clock).getTime() - context.now().getTime()) / 1000;
  await context.db
    .updateTable('stations')
    .set({
      ...{ version: hello.version, waiting: hello.waiting, oldest_at: hello.oldestAt, clock_offset: offset },
      ...{ down_applied: Math.min(hello.applied, station.down_head), forked: false, problem: null },
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', stationId)
    .execute();
  if (station.forked) await clearAlert(context.db, tenantId, forkKey(stationId), context.now());
  await tellClock(context, identity, offset);
}

async function tellClock(
  context: CloudContext,
  { tenantId, stationId, station }: StationIdentity,
  offset: number,
) {
  const key = `clock/${stationId}`;
  if (Math.abs(offset) <= CLOCK_TOLERANCE) {
    if (Math.abs(station.clock_offset ?? 0) > CLOCK_TOLERANCE)
      await clearAlert(context.db, tenantId, key, context.now());
    return;
  }
  const text = `${station.name}: its clock is off by ${Math.round(offset / 60)} minutes. Order is kept by the chain, times are as the station's clock said.`;
  const alert = { key, stationId, level: 'warning', text, next: 'Set the clock of the station.' } as const;
  await raiseAlert(context.db, tenantId, alert, context.now());
}

/** Two thirds of a certificate's life: from then on the station renews. */
function renewAfter(certificate: X509Certificate): Date {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  return new Date(from + ((to - from) * 2) / 3);
}

/** Who is there and where to go on. Throws CloudError `no-common-protocol`, `identity-in-use`, `chain-forked`. */
export async function hello(
  context: CloudContext,
  identity: StationIdentity,
  request: HelloRequest,
): Promise<HelloAnswer> {
  refuseVersion(request.protocol);
  await holdSession(context, identity, request.session);
  await checkChain(context, identity, request).catch(async (error: unknown) => {
    if (error instanceof CloudError && error.code === 'chain-forked')
      await bookFork(context, identity, error);
    throw error;
  });
  await tellRestored(context, identity, request);
  await keepContact(context, identity, request);
  const { station, tenantId, stationId } = identity;
  const { tenant } = await context.authorities.of(tenantId);
  const certificate = new X509Certificate(station.certificate ?? Buffer.alloc(0));
  return {
    ...{
      protocol: PROTOCOL,
      tenant,
      stationId,
      clock: context.now().toISOString(),
      downHead: station.down_head,
    },
    place: { epoch: station.epoch, position: station.position, hash: station.hash },
    renewAfter: renewAfter(certificate).toISOString(),
    notAfter: certificate.validToDate.toISOString(),
  };
}
