import { registerApi } from '#cloud/api/routes.ts';
import { registerConsole } from '#cloud/console-host/routes.ts';
import { registerEst } from '#cloud/est/routes.ts';
import { registerLine } from '#cloud/line/routes.ts';
import type { CloudApp, CloudContext } from './context.ts';

/** Everything of the public listener. */
export async function registerPublic(app: CloudApp, context: CloudContext): Promise<void> {
  await registerApi(app, context);
  await registerEst(app, context, 'public');
  if (context.config.consoleFolder !== null) registerConsole(app, context.config.consoleFolder);
}

/** Everything of the station listener. */
export async function registerStation(app: CloudApp, context: CloudContext): Promise<void> {
  registerLine(app, context);
  await registerEst(app, context, 'station');
}
