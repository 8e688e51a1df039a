import type { Trx } from '#cloud/server/context.ts';
import type { ChainPlace } from '#protocol/chain.ts';
import type { EpochAnswer } from '#protocol/line.ts';
import { upBodies, upMessage } from '#protocol/up.ts';
import type { ChainOwner } from './chain-state.ts';
import { readLog } from './read-log.ts';

type Attempt = ReturnType<typeof upBodies.attempt.parse>;

/** Attempts told behind `place`, the last word on each run. */
async function attemptsSince(
  trx: Trx,
  owner: ChainOwner,
  place: ChainPlace,
  last: number,
): Promise<Map<string, Attempt>> {
  const runs = new Map<string, Attempt>();
  for (let epoch = place.epoch; epoch <= last; epoch++)
    for await (const { line } of readLog(trx, owner, { epoch, from: place.position + 1 })) {
      const message = upMessage.parse(JSON.parse(line));
      const body = message.k === 'attempt' ? upBodies.attempt.safeParse(message.b) : null;
      if (body?.success === true) runs.set(body.data.runId, body.data);
    }
  return runs;
}

/** Units debited behind `place` up to the end of epoch `last`, per job revision: what a restored backup does not know. */
export async function debitsSince(
  trx: Trx,
  owner: ChainOwner,
  place: ChainPlace,
  last: number,
): Promise<EpochAnswer['debits']> {
  const sums = new Map<string, EpochAnswer['debits'][number]>();
  for (const { debited, jobId, jobRevision } of (await attemptsSince(trx, owner, place, last)).values()) {
    if (!debited) continue;
    const key = `${jobRevision}/${jobId}`;
    sums.set(key, { jobId, jobRevision, units: (sums.get(key)?.units ?? 0) + 1 });
  }
  return [...sums.values()];
}
