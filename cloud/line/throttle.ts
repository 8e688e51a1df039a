import { Buckets } from '#cloud/metrics/buckets.ts';
import { CloudError } from '#cloud/server/problem.ts';
import type { StationIdentity } from './identity.ts';

/** Calls of one station on one node. One that catches up makes tens a second; more means that it runs in circles. */
const RATE = { perMinute: 6000, burst: 1000 };

/** Slows a station that calls without end. Throws CloudError `too-many` with the time to wait. */
export function createThrottle(now: () => Date): (identity: StationIdentity) => void {
  const buckets = new Buckets(RATE, () => now().getTime());
  return ({ tenantId, stationId }) => {
    const wait = buckets.take(`${tenantId}/${stationId}`);
    if (wait === 0) return;
    throw new CloudError(
      429,
      {
        code: 'too-many',
        what: 'The station calls too often.',
        next: 'Nothing to do: it goes on by itself after a pause.',
        retry: true,
      },
      { retryAfter: Math.ceil(wait / 1000) },
    );
  };
}
