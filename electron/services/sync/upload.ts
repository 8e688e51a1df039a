import type { OutboxRepository, OutboxRow } from '#store/api.ts';
import type { ChainPlace } from '#protocol/chain.ts';
import type { Bandwidth } from './line/bandwidth.ts';
import { LineError } from './line/line-error.ts';
import type { LineClient } from './line/line-client.ts';
import { wireBody } from './line/wire-body.ts';
import type { Pace } from './pace.ts';

/** Rows are read in pages of this size: small beside the memory, large beside a query. */
const PAGE = { rows: 500, bytes: 1024 * 1024 };
/** A request takes about this long, ms: short enough for what comes down, long enough for a slow line's round trips. */
const REQUEST_MS = 8_000;
const SMALLEST_REQUEST = 64 * 1024;
const LARGEST_REQUEST = 32 * 1024 * 1024;

export interface UploadParts {
  outbox: Pick<OutboxRepository, 'page'>;
  client: Pick<LineClient, 'upload'>;
  session: string;
  cap: Bandwidth | null;
  pace: Pace;
}

/** What one request did. */
export interface Uploaded {
  place: ChainPlace;
  records: number;
  bytes: number;
  ms: number;
}

/** Compressed bytes for one request on a line of that speed; null: not measured yet. */
export function requestBytes(bytesPerSecond: number | null): number {
  if (bytesPerSecond === null) return 256 * 1024;
  const fit = (bytesPerSecond * REQUEST_MS) / 1000;
  return Math.round(Math.min(LARGEST_REQUEST, Math.max(SMALLEST_REQUEST, fit)));
}

/** Pages from behind `after` until `full`; the next one is read while the one before is on the wire. */
async function* pagesFrom(
  outbox: UploadParts['outbox'],
  after: number,
  full: () => boolean,
): AsyncGenerator<OutboxRow[]> {
  let next = outbox.page(after, PAGE);
  try {
    for (;;) {
      const page = await next;
      const last = page.at(-1);
      if (last === undefined) return;
      next = outbox.page(last.position, PAGE);
      // Nobody may come to look at it when the line is cut.
      next.catch(() => undefined);
      yield page;
      if (full()) return;
    }
  } finally {
    await next.catch(() => undefined);
  }
}

/**
 * One request: streams what waits behind `from` until the request is large enough for this line or nothing waits. What
 * counts is the place in the answer; when the line is cut, the next hello tells it.
 */
export async function uploadOnce(
  { outbox, client, session, cap, pace }: UploadParts,
  from: ChainPlace,
  bytesWanted: number,
): Promise<Uploaded> {
  const began = pace.now();
  const sizes = { bytes: () => 0 };
  const full = () => sizes.bytes() >= bytesWanted || pace.now() - began >= REQUEST_MS;
  const pages = pagesFrom(outbox, from.position, full);
  const { body, encoding, bytes } = wireBody(pages, { cap });
  sizes.bytes = bytes;
  const { place } = await client.upload({
    ...{ epoch: from.epoch, from: from.position + 1, session, encoding, body },
  });
  if (place.position <= from.position)
    throw new LineError('bad-answer', { details: { reason: 'nothing was taken', position: place.position } });
  return { place, records: place.position - from.position, bytes: bytes(), ms: pace.now() - began };
}
