import { setTimeout as pause } from 'node:timers/promises';
import { checkRecords } from '#cloud/ingest/check-records.ts';
import { OnboardingWorker } from '#cloud/onboarding/worker.ts';
import { refreshForEver } from '#cloud/revocation/refresh.ts';
import type { CloudContext } from './context.ts';

/** When nothing waits, how long until the next look; after a failure, how long until the next try. */
const IDLE_MS = 1000;
const FAILED_MS = 5000;
/** While stations upload, checks rest this many times as long as they worked: what comes in goes first. */
const STEP_BACK = 3;

/** Waits unless the cloud closes meanwhile. */
async function rest(ms: number, closing: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: closing, ref: false }).catch(() => undefined);
}

async function checkAll(context: CloudContext): Promise<number> {
  let checked = 0;
  for (const { tenant } of await context.authorities.all()) checked += await checkRecords(context, tenant.id);
  return checked;
}

const isClosing = ({ closing }: CloudContext): boolean => closing.aborted;

async function checkForEver(context: CloudContext): Promise<void> {
  while (!isClosing(context)) {
    const started = performance.now();
    try {
      const checked = await checkAll(context);
      const worked = performance.now() - started;
      if (checked === 0) await rest(IDLE_MS, context.closing);
      else if (context.load.uploads > 0) await rest(worked * STEP_BACK, context.closing);
    } catch (error) {
      if (isClosing(context)) return;
      context.log.error({ err: error }, 'record-check');
      await rest(FAILED_MS, context.closing);
    }
  }
}

/** Background work of this node; settles when all of it has ended after `closing`. */
export async function startWorkers(context: CloudContext): Promise<void> {
  if (!context.config.background) return;
  await Promise.all([checkForEver(context), new OnboardingWorker(context).run(), refreshForEver(context)]);
}
