import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BatchView } from '#contract/batches.ts';
import type { SiteState } from '#contract/sites.ts';
import type { CallContext, HandlersOf, Request } from '#contract/contract.ts';
import { told } from '#services/engine/failures.ts';
import type { Records } from '#services/records/records.ts';
import type { Sites } from '#services/sites/sites.ts';
import type { BatchRow } from '#store/api.ts';
import {
  batchMissing,
  jobMissing,
  leaveNotAllowed,
  notGreen,
  sitesBusy,
  sitesUnread,
  wrongChecksum,
} from './batch-errors.ts';
import { preflight, type PreflightParts } from './preflight.ts';
import type { Production } from './production.ts';
import { resolveScan } from './scan.ts';
import { refuseSites } from './site-fit.ts';

export interface BatchParts extends PreflightParts {
  store: PreflightParts['store'] & Parameters<typeof resolveScan>[0]['store'];
  production: Production;
  sites: Sites;
  siteStates(): readonly SiteState[];
  records: Pick<Records, 'exportBatch'>;
  /** Signs the audit chain's head: at close and before an export. */
  checkpoint(): Promise<void>;
  exportsFolder: string;
}

type BatchChannel =
  | 'batches.list'
  | 'batches.get'
  | 'batches.preflight'
  | 'batches.open'
  | 'batches.pause'
  | 'batches.resume'
  | 'batches.close'
  | 'batches.export'
  | 'batches.current'
  | 'scan.resolve';

const actorOf = (context: CallContext): string => context.session?.person.id ?? 'station';
const digits = (checksum: string): string => checksum.replaceAll(/\s/g, '').toUpperCase();

/** Use-cases around a batch. A store's refusal reaches the screen as a sentence like any other. */
export function createBatchHandlers(parts: BatchParts): HandlersOf<BatchChannel> {
  const { store, production, sites } = parts;
  const view = async (id: string): Promise<BatchView> => production.view(await requireBatch(parts, id));
  return {
    async 'batches.list'({ state, limit }) {
      const rows = await store.batches.list(state, limit);
      return { batches: await Promise.all(rows.map((row) => production.view(row))) };
    },
    'batches.get': ({ batchId }) => view(batchId),
    'batches.current': () => Promise.resolve({ batch: production.currentView() }),
    async 'batches.preflight'(request) {
      const checks = await preflight(parts, request);
      return { ok: checks.every((one) => one.state !== 'failed'), checks };
    },
    'batches.open': (request, context) => open(parts, request, actorOf(context)),
    'batches.pause': ({ batchId }, context) => setState(parts, batchId, 'paused', actorOf(context)),
    async 'batches.resume'({ batchId }, context) {
      const resumed = await setState(parts, batchId, 'open', actorOf(context));
      sites.offerAll();
      return resumed;
    },
    'batches.close': (request, context) => close(parts, request, context),
    'batches.export': ({ batchId }, context) => exportOf(parts, batchId, actorOf(context)),
    'scan.resolve': ({ text }) =>
      resolveScan({ store, hasJob: (id) => parts.jobs.has(id), hasSite: (id) => sites.has(id) }, text),
  };
}

async function requireBatch({ store }: BatchParts, batchId: string): Promise<BatchRow> {
  const row = await store.batches.get(batchId);
  if (row === null) throw batchMissing(batchId);
  return row;
}

async function open(parts: BatchParts, request: Request<'batches.open'>, actor: string): Promise<BatchView> {
  const { jobId, traveller, lot, quantity, checksum } = request;
  const job = parts.jobs.get(jobId);
  if (job === undefined) throw jobMissing(jobId);
  if (digits(checksum) !== digits(job.checksum)) throw wrongChecksum(job.checksum, checksum);
  const unfit = refuseSites(job.recipe, parts.sites.all());
  if (unfit !== null) throw unfit;
  const red = (await preflight(parts, request)).find((one) => one.state === 'failed');
  if (red !== undefined) throw notGreen(red.title, red.detail, red.next);
  const batch = { id: randomUUID(), jobId, traveller, lot, quantity, openedBy: actor };
  const row = await told(parts.store.batches.open(batch));
  await parts.production.enter(row, actor);
  return parts.production.view(row);
}

async function setState(
  parts: BatchParts,
  batchId: string,
  state: BatchRow['state'],
  actor: string,
): Promise<BatchView> {
  await requireBatch(parts, batchId);
  const row = await told(parts.store.batches.setState(batchId, state, actor));
  if (state === 'open') await parts.production.enter(row, actor);
  else await parts.production.refresh(row);
  return parts.production.view(row);
}

/** Closed only when every part is accounted for; what an engineer leaves unread stays unread in the store. */
async function close(
  parts: BatchParts,
  { batchId, leaveUnknown }: Request<'batches.close'>,
  context: CallContext,
): Promise<BatchView> {
  const letStart = parts.production.hold();
  try {
    return await closeHeld(parts, batchId, leaveUnknown, context);
  } finally {
    letStart();
  }
}

/** With every start held: what was counted is still true when the batch is closed. */
async function closeHeld(
  parts: BatchParts,
  batchId: string,
  leaveUnknown: boolean,
  context: CallContext,
): Promise<BatchView> {
  const row = await requireBatch(parts, batchId);
  if (row.state === 'closed') return parts.production.view(row);
  const { counts } = await parts.production.view(row);
  const running = parts.siteStates().filter((state) => state === 'running').length;
  const busy = Math.max(running, parts.production.underWay);
  if (busy > 0) throw sitesBusy(busy);
  const unread = Math.max(counts.unknown, parts.siteStates().filter((state) => state === 'unknown').length);
  if (unread > 0 && !leaveUnknown) throw sitesUnread(unread);
  const role = context.session?.person.role;
  if (unread > 0 && role !== 'engineer' && role !== 'officer') throw leaveNotAllowed();
  const view = await setState(parts, batchId, 'closed', actorOf(context));
  for (const site of parts.sites.all()) if (site.unreadRun !== null) site.letGo();
  await parts.checkpoint();
  return view;
}

/** `<lot>-<first digits of the batch>`: readable, and two batches of one lot do not meet. */
const folderName = ({ lot, id }: BatchRow): string => `${lot.replaceAll(/[^\w.-]/g, '_')}-${id.slice(0, 8)}`;

async function exportOf(parts: BatchParts, batchId: string, actor: string) {
  const row = await requireBatch(parts, batchId);
  await parts.checkpoint();
  const result = await told(parts.records.exportBatch(batchId, join(parts.exportsFolder, folderName(row))));
  await parts.store.batches.setExport(batchId, result.folder, actor);
  if (parts.production.batchId === batchId)
    await parts.production.refresh(await requireBatch(parts, batchId));
  return result;
}
