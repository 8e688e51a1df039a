import { AppError } from '#contract/errors.ts';
import type { OrderBody } from '#protocol/down.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import type { DownEffect, JobRepository } from '#store/api.ts';
import { fetchOrder, unfit, type BlobSource } from './order-files.ts';
import type { OrderedJobs } from './ordered-jobs.ts';

/** What a message will do, and what people read of it. */
export interface Planned {
  title: string;
  effect: DownEffect;
  /** Why it is refused; null where it is not. */
  reason: string | null;
  /** Once it was applied. */
  after?: () => void | Promise<void>;
}

export const refusal = (title: string, reason: string): Planned => ({
  ...{ title, effect: { kind: 'refused' }, reason: reason.slice(0, 600) },
});

/** A job id becomes a folder's name. */
const PLAIN_ID = /^(?!\.)[\w.-]{1,64}$/;

function unlike(order: OrderBody, { recipe }: LoadedJob): string | null {
  if (recipe.id !== order.jobId)
    return `The order is for job ${order.jobId}, its file is of job ${recipe.id}.`;
  if (recipe.revision !== order.revision)
    return `The order is for revision ${order.revision}, its file is revision ${recipe.revision}.`;
  return null;
}

/** The same pair of id and revision is the same job, and none may come back that is older than what is here. */
async function clash(
  jobs: Pick<JobRepository, 'get'>,
  order: OrderBody,
  job: LoadedJob,
): Promise<string | null> {
  const same = await jobs.get(order.jobId, order.revision);
  if (same !== null && same.sha256 !== job.sha256)
    return `Revision ${order.revision} of job ${order.jobId} is here with another content.`;
  const newest = await jobs.get(order.jobId);
  if (same === null && newest !== null && newest.revision > order.revision)
    return `Revision ${newest.revision} of job ${order.jobId} is here, which is newer.`;
  return null;
}

/**
 * Fetches and checks everything before anything is applied: an order is taken whole, or refused with a reason. Throws
 * only what time may cure (the line, the disk).
 */
export async function planOrder(
  order: OrderBody,
  { ordered, jobs, blobs }: { ordered: OrderedJobs; jobs: Pick<JobRepository, 'get'>; blobs: BlobSource },
): Promise<Planned> {
  const { orderId, number, jobId, revision, allowance, name } = order;
  const title = `Order ${number}: ${allowance} × ${name}, revision ${revision}`;
  const reason = PLAIN_ID.test(jobId)
    ? unfit(order.files)
    : 'The job has an id that this station does not take.';
  if (reason !== null) return refusal(title, reason);
  await fetchOrder(ordered.folderOf(jobId, revision), order, blobs);
  const job = await checked(ordered, order);
  if (typeof job === 'string') return refusal(title, job);
  const other = unlike(order, job) ?? (await clash(jobs, order, job));
  if (other !== null) return refusal(title, other);
  const { canonical: recipe, sha256 } = job;
  return {
    ...{ title, reason: null },
    effect: {
      kind: 'order',
      order: { orderId, number, jobId, revision, allowance },
      job: { id: jobId, name: job.recipe.name, revision, sha256, recipe },
    },
    after: () => ordered.add(job),
  };
}

/** The job, or why it is none: what the station's own loader says of the file. */
async function checked(ordered: OrderedJobs, { jobId, revision }: OrderBody): Promise<LoadedJob | string> {
  try {
    return await ordered.check(jobId, revision);
  } catch (error) {
    if (error instanceof AppError) return error.view.what;
    throw error;
  }
}
