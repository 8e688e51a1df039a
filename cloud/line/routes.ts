import type { FastifyRequest } from 'fastify';
import type { CloudApp, CloudContext } from '#cloud/server/context.ts';
import { hashAt } from '#cloud/ingest/chain-state.ts';
import { chainQuery, epochRequest, helloRequest, renewRequest } from '#protocol/line.ts';
import { checked } from './checked.ts';
import { downMessages, sendBlob } from './down-routes.ts';
import { beginEpoch } from './epoch.ts';
import { hello } from './hello.ts';
import { identifyStation, type StationIdentity } from './identity.ts';
import { renewCredentials } from './renew.ts';
import { createThrottle } from './throttle.ts';
import { upload } from './upload.ts';

type Handler = (identity: StationIdentity, request: FastifyRequest) => Promise<unknown>;

async function chainAt(
  context: CloudContext,
  { tenantId, stationId, station }: StationIdentity,
  query: unknown,
) {
  const { epoch, position } = checked(chainQuery, query);
  const behind = epoch > station.epoch || (epoch === station.epoch && position > station.position);
  const hash = behind ? null : await hashAt(context.db, { tenantId, stationId }, epoch, position);
  return { place: hash === null ? null : { epoch, position, hash } };
}

/** Calls between a station and its cloud (protocol/line.ts): each is let through only for a station that is known. */
export function registerLine(app: CloudApp, context: CloudContext): void {
  const throttle = createThrottle(context.now);
  const admitted = async (request: FastifyRequest): Promise<StationIdentity> => {
    const identity = await identifyStation(context, request);
    throttle(identity);
    return identity;
  };
  const known = (handler: Handler) => async (request: FastifyRequest) =>
    handler(await admitted(request), request);
  app.post(
    '/v1/sync/hello',
    known((identity, { body }) => hello(context, identity, checked(helloRequest, body))),
  );
  app.post('/v1/sync/upload', (request) => upload(context, request, admitted));
  app.get(
    '/v1/sync/chain',
    known((identity, { query }) => chainAt(context, identity, query)),
  );
  app.post(
    '/v1/sync/epoch',
    known((identity, { body }) => beginEpoch(context, identity, checked(epochRequest, body))),
  );
  app.get(
    '/v1/sync/down',
    known((identity, request) => downMessages(context, identity, request)),
  );
  app.get('/v1/sync/blobs/:sha256', async (request, reply) =>
    sendBlob(context, await admitted(request), request, reply),
  );
  app.post(
    '/v1/sync/renew',
    known((identity, { body }) =>
      renewCredentials(context, { ...identity, name: identity.station.name }, checked(renewRequest, body)),
    ),
  );
}
