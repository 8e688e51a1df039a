import type { InboxRepository, ReceivedRow } from '#store/api.ts';
import { downError } from './down-error.ts';
import { plan, type PlanParts } from './plan.ts';
import { refusal, type Planned } from './order.ts';
import { verifyDown } from './verify.ts';

export interface TakeParts extends PlanParts {
  inbox: InboxRepository;
}

/** What became of a message; null: it was taken in before. */
export type Taken = Pick<ReceivedRow, 'kind' | 'title' | 'outcome' | 'reason'> | null;

/** The store's own refusals of an effect: the order clashes, or is not here. By code, never by text. */
const REFUSALS: Readonly<Record<string, string>> = {
  conflict: 'It does not agree with what is on this station.',
  'not-found': 'There is no such order on this station.',
};

/**
 * One message, from line or courier: proved, planned, and applied with its receipt in one transaction. Throws AppError
 * `down-*` where it is not believed, and what time may cure (line, disk); then nothing was changed.
 */
export async function takeDown(jws: string, parts: TakeParts): Promise<Taken> {
  const message = await verifyDown(jws, parts.membership);
  const { sequence, id, kind } = message;
  const applied = await parts.inbox.applied();
  if (sequence <= applied) return null;
  if (sequence > applied + 1) throw downError('down-gap', { sequence, wanted: applied + 1 });
  let planned: Planned = await plan(message, parts);
  const apply = () => {
    const { title, reason, effect } = planned;
    return parts.inbox.apply({ sequence, id, kind, title: title.slice(0, 300), reason, effect });
  };
  try {
    await apply();
  } catch (error) {
    const why = REFUSALS[(error as { code?: string }).code ?? ''];
    if (why === undefined || planned.effect.kind === 'refused') throw error;
    planned = refusal(planned.title, why);
    await apply();
  }
  await planned.after?.();
  const { title, reason } = planned;
  return { kind, title, reason, outcome: planned.effect.kind === 'refused' ? 'refused' : 'applied' };
}
