import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { registerConsole } from '#cloud/console-host/routes.ts';
import { registerLine } from '#cloud/line/routes.ts';
import type { CloudApp, CloudContext } from './context.ts';

/** A part that adds its routes; loaded by name while it is not there yet. */
async function registerPart(file: string, name: string, args: unknown[]): Promise<void> {
  const path = join(import.meta.dirname, '..', file);
  if (!existsSync(path)) return;
  const part = (await import(path)) as Record<string, ((...given: unknown[]) => unknown) | undefined>;
  await part[name]?.(...args);
}

/** Everything of the public listener. */
export async function registerPublic(app: CloudApp, context: CloudContext): Promise<void> {
  await registerPart('api/routes.ts', 'registerApi', [app, context]);
  await registerPart('est/routes.ts', 'registerEst', [app, context, 'public']);
  if (context.config.consoleFolder !== null) registerConsole(app, context.config.consoleFolder);
}

/** Everything of the station listener. */
export async function registerStation(app: CloudApp, context: CloudContext): Promise<void> {
  registerLine(app, context);
  await registerPart('est/routes.ts', 'registerEst', [app, context, 'station']);
}
