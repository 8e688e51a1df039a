import type { ChainPlace } from '#protocol/chain.ts';
import type { OutboxRepository } from '#store/api.ts';
import { LineError } from './line/line-error.ts';
import type { LineClient } from './line/line-client.ts';

type Outbox = Pick<OutboxRepository, 'state' | 'at' | 'acknowledge'>;

/**
 * Takes over where the cloud says to go on. Less than it had acknowledged: the cloud was restored, and gets it again.
 * A place that this station does not know: the station was restored. Throws LineError `chain-forked`.
 */
export async function takePlace(outbox: Outbox, place: ChainPlace): Promise<void> {
  const { head, acknowledged } = await outbox.state();
  const own = await outbox.at(place.position);
  if (place.epoch !== head.epoch || own?.hash !== place.hash)
    throw new LineError('chain-forked', { details: { position: place.position, epoch: place.epoch } });
  if (acknowledged.position !== place.position) await outbox.acknowledge(place);
}

/** The last place that station and cloud have in common, by halving: a chain that agrees at one place agrees before it. */
export async function commonPlace(
  outbox: Pick<OutboxRepository, 'at'>,
  client: Pick<LineClient, 'chain'>,
  epoch: number,
  until: number,
): Promise<ChainPlace> {
  let [low, high] = [0, until];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [own, theirs] = [await outbox.at(middle), await client.chain(epoch, middle)];
    if (own !== null && own.hash === theirs?.hash) low = middle;
    else high = middle - 1;
  }
  const own = await outbox.at(low);
  if (own === null)
    throw new LineError('bad-answer', { details: { reason: 'no common place', position: low } });
  return own;
}
