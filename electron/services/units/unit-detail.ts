import { AppError } from '#contract/errors.ts';
import type { UnitDetail } from '#contract/units.ts';
import { describeCertificate } from '#services/pki/describe-certificate.ts';
import { keptKeyOf } from '#services/records/kept-key.ts';
import { recordSchema } from '#services/records/record-schema.ts';
import type { RunRow, Store } from '#store/api.ts';
import { readAttempt, recipeOf, type ReadAttempt } from './unit-attempts.ts';

export type UnitReads = Pick<Store, 'units' | 'runs' | 'jobs' | 'batches' | 'certificates' | 'people'>;

/** Attempts shown, newest first: with their time lines they stay far below the largest message. */
const ATTEMPTS_SHOWN = 10;

function unitMissing(unitId: string): AppError {
  return new AppError({
    code: 'not-found',
    what: 'This unit is not on this station.',
    next: 'Check the id, or look in the records of the station that made it.',
    details: { unitId },
  });
}

/** Certificate, where it has one, and record of the attempt that counts: the one that passed, else the newest that got so far. */
async function proofOf(store: UnitReads, runs: readonly RunRow[]) {
  const ordered = [...runs].sort((a, b) => Number(b.outcome === 'passed') - Number(a.outcome === 'passed'));
  for (const { id } of ordered) {
    const certificate = await store.certificates.ofRun(id);
    const record = await store.units.record(id);
    if (certificate === null && record === null) continue;
    const shown = certificate === null ? null : describeCertificate(certificate.der);
    return { certificate: shown, record, keptFor: record === null ? null : keptFor(record.json) };
  }
  return { certificate: null, record: null, keptFor: null };
}

const keptFor = (json: string): string | null =>
  keptKeyOf(recordSchema.parse(JSON.parse(json)))?.key.recipient ?? null;

async function attemptsOf(store: UnitReads, runs: readonly RunRow[]) {
  const attempts: ReadAttempt[] = [];
  let job: string | null = null;
  for (const run of runs) {
    const made = await recipeOf(store, run);
    job ??= made && `${made.name} rev ${made.recipe.revision}`;
    attempts.push(await readAttempt(store, run, made?.recipe ?? null));
  }
  return { attempts, job };
}

/** `Mara Voss (114)`; the id alone where the person is no longer known. */
async function personOf({ people }: UnitReads, id: string): Promise<string> {
  const person = await people.get(id);
  return person === null ? id : `${person.name} (${id})`;
}

/** Everything the station knows of one unit. Throws AppError `not-found`. */
export async function unitDetail(store: UnitReads, unitId: string): Promise<UnitDetail> {
  const found = await store.units.get(unitId);
  const newest = found?.runs[0];
  if (!found || !newest) throw unitMissing(unitId);
  const runs = found.runs.slice(0, ATTEMPTS_SHOWN);
  const { attempts, job } = await attemptsOf(store, runs);
  return {
    unit: found.unit,
    job: job ?? newest.jobId,
    operator: await personOf(store, newest.operator),
    attempts: attempts.map(({ view }) => view),
    measurements: attempts[0]?.measurements.map(({ phase: _, ...measurement }) => measurement) ?? [],
    timeline: attempts.flatMap(({ timeline }) => timeline).sort((a, b) => a.sequence - b.sequence),
    ...(await proofOf(store, runs)),
  };
}
