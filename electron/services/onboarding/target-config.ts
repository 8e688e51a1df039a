import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { Request } from '#contract/contract.ts';
import { targetMode } from '#contract/sync.ts';
import type { Connector } from '#connectors/connector.ts';
import { ConnectorError } from '#connectors/errors.ts';
import type { BrokerFiles } from '#connectors/mosquitto/options.ts';
import { MosquittoConnector } from '#connectors/mosquitto/mosquitto-connector.ts';
import type { Vault } from '#services/vault/vault.ts';
import type { KeyRepository } from '#store/api.ts';

/** A target as the store keeps it. Its password is in the vault. */
export const targetConfig = z.strictObject({
  name: z.string(),
  mode: targetMode,
  url: z.string(),
  ca: z.string(),
  username: z.string(),
  crlFile: z.string(),
  // A target of an earlier version has none of these two.
  aclFile: z.string().default(''),
  caDirectory: z.string().default(''),
  pidFile: z.string(),
});
export type TargetConfig = z.infer<typeof targetConfig>;

export interface SecretParts {
  vault: Pick<Vault, 'seal' | 'open'>;
  keys: KeyRepository;
}

const PURPOSE = 'target-password';
const secretId = (targetId: string): string => `target/${targetId}`;

export async function keepPassword(
  { vault, keys }: SecretParts,
  targetId: string,
  password: string,
  actor: string,
): Promise<void> {
  const id = secretId(targetId);
  const envelope = vault.seal(PURPOSE, id, Buffer.from(password));
  await keys.put({ id, purpose: PURPOSE, envelope, publicPart: null }, actor);
}

async function passwordOf({ vault, keys }: SecretParts, targetId: string): Promise<string> {
  const id = secretId(targetId);
  const row = await keys.get(id);
  return row === null ? '' : vault.open(PURPOSE, id, row.envelope).toString();
}

type Files = Pick<TargetConfig, 'crlFile' | 'aclFile' | 'caDirectory' | 'pidFile'>;

/** Those that are named: an empty field is no path. */
function filesOf({ crlFile, aclFile, caDirectory, pidFile }: Files): BrokerFiles {
  const named = Object.entries({ crlFile, aclFile, caDirectory, pidFile }).filter(([, path]) => path !== '');
  return Object.fromEntries(named);
}

/** The connector of a target. Throws AppError naming the field that cannot be used. */
export async function connectorOf(
  secrets: SecretParts,
  id: string,
  { mode, url, ca, username, ...files }: TargetConfig,
): Promise<Connector> {
  try {
    return new MosquittoConnector({
      ...{ id, mode, url, ca },
      credentials: { username, password: await passwordOf(secrets, id) },
      files: filesOf(files),
    });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new AppError(
      { code: `target-${error.code}`, what: error.message, next: 'Correct the settings of the target.' },
      error,
    );
  }
}

export function configOf({ password: _password, ...config }: Request<'onboarding.add'>): TargetConfig {
  return config;
}
