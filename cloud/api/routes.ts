import { orderHandlers } from '#cloud/orders/order-handlers.ts';
import { courierHandlers } from '#cloud/courier/courier-handlers.ts';
import { estAuthorities } from '#cloud/est/authority.ts';
import { estCodeHandlers } from '#cloud/est/codes.ts';
import { registerMetrics } from '#cloud/metrics/routes.ts';
import { targetHandlers } from '#cloud/onboarding/target-handlers.ts';
import { certificateHandlers } from '#cloud/revocation/certificate-handlers.ts';
import type { CloudApp, CloudContext } from '#cloud/server/context.ts';
import { administrationHandlers } from './administration.ts';
import { Admission } from './admission.ts';
import { batchHandlers } from './batch-handlers.ts';
import type { Handlers } from './handlers.ts';
import { identitiesIn } from './identities.ts';
import { openApi } from './openapi.ts';
import { openHandlers } from './open-handlers.ts';
import { overviewHandlers } from './overview.ts';
import { speakProblems } from './problems.ts';
import { registerOperations } from './registrar.ts';
import { sessionHandlers } from './session-handlers.ts';
import { stationHandlers } from './station-handlers.ts';
import { unitHandlers } from './unit-handlers.ts';

function handlersOf(context: CloudContext, admission: Admission): Handlers {
  const revocation = { ...context, est: estAuthorities(context) };
  return {
    ...sessionHandlers(context, admission),
    ...overviewHandlers(context),
    ...stationHandlers(context),
    ...batchHandlers(context),
    ...unitHandlers(context),
    ...certificateHandlers(revocation),
    ...estCodeHandlers(context),
    ...orderHandlers(context),
    ...administrationHandlers(context),
    ...targetHandlers(context),
    ...courierHandlers(context),
    ...openHandlers(context),
  };
}

/** Every operation of the contract, the document that describes them, and what watches over the node. */
export async function registerApi(app: CloudApp, context: CloudContext): Promise<void> {
  const now = (): number => context.now().getTime();
  const admission = new Admission(identitiesIn(context.db, context.now), now);
  const handlers = handlersOf(context, admission);
  const document = openApi(context.config.version);
  await app.register((scope, _options, done) => {
    speakProblems(scope);
    registerOperations(scope, handlers, (request, operation) => admission.admit(request, operation));
    scope.get('/v1/api/openapi.json', () => document);
    registerMetrics(scope, context, admission);
    done();
  });
}
