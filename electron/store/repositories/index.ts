import type { Connection } from '../connection.ts';
import type { WriteContext } from '../write-context.ts';
import { auditReads, auditWrites } from './audit.ts';
import { batchReads, batchWrites } from './batches.ts';
import { certificateReads, certificateWrites } from './certificates.ts';
import { inboxReads, inboxWrites } from './inbox.ts';
import { jobReads, jobWrites } from './jobs.ts';
import { keyReads, keyWrites } from './keys.ts';
import { onboardingReads, onboardingWrites } from './onboarding.ts';
import { outboxReads, outboxWrites } from './outbox.ts';
import { peopleReads, peopleWrites } from './people.ts';
import { runReads, runWrites } from './runs.ts';
import { settingReads, settingWrites } from './settings.ts';
import { unitReads, unitWrites } from './units.ts';

/** What the reader's thread answers. */
export function createReads(c: Connection) {
  return {
    people: peopleReads(c),
    jobs: jobReads(c),
    batches: batchReads(c),
    runs: runReads(c),
    units: unitReads(c),
    certificates: certificateReads(c),
    audit: auditReads(c),
    keys: keyReads(c),
    settings: settingReads(c),
    outbox: outboxReads(c),
    inbox: inboxReads(c),
    onboarding: onboardingReads(c),
  };
}
export type Reads = ReturnType<typeof createReads>;

/** What the writer's thread does, each within a transaction that the thread opens. */
export function createWrites(w: WriteContext) {
  return {
    people: peopleWrites(w),
    jobs: jobWrites(w),
    batches: batchWrites(w),
    runs: runWrites(w),
    units: unitWrites(w),
    certificates: certificateWrites(w),
    audit: auditWrites(w),
    keys: keyWrites(w),
    settings: settingWrites(w),
    outbox: outboxWrites(w),
    inbox: inboxWrites(w),
    onboarding: onboardingWrites(w),
  };
}
export type Writes = ReturnType<typeof createWrites>;
