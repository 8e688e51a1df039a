import { z } from 'zod';
import { ConnectorError } from '../errors.ts';

const path = z.string().min(1).max(4096);
const pem = z.string().max(100_000);

/** Files of a broker on this machine, or on a folder both see. Without them the connector works over MQTT alone. */
const files = z.strictObject({
  /** `crlfile`: PEM, one list for each CA. */
  crlFile: path.optional(),
  /** `capath`: one file per CA, found by the hash of its subject. */
  caDirectory: path.optional(),
  /** `cafile`, read only: 2.0.11 takes changes of it at a restart alone. */
  caFile: path.optional(),
  /** `acl_file`. */
  aclFile: path.optional(),
  /** `pid_file`, for the reload signal. */
  pidFile: path.optional(),
});
export type BrokerFiles = z.infer<typeof files>;

/**
 * `devices`: each device by its own role and client of the dynamic security plugin.
 * `devices-by-file`: each device by an entry in the broker's `acl_file`.
 * `ca`: every device that a registered CA issued, by a pattern.
 */
const mode = z.enum(['devices', 'devices-by-file', 'ca']);
export type MosquittoMode = z.infer<typeof mode>;

export const mosquittoOptions = z.strictObject({
  id: z.string().min(1).max(200),
  mode,
  url: z
    .string()
    .regex(/^mqtts?:\/\/[^\s/@]+$/, 'mqtts://host:port')
    .max(300),
  /** CA of the broker's own certificate, PEM; empty for the system's. */
  ca: pem.default(''),
  credentials: z.union([
    z.strictObject({ username: z.string().min(1).max(200), password: z.string().min(1).max(500) }),
    z.strictObject({ certificate: pem.min(1), key: pem.min(1) }),
  ]),
  /** First level of the topics: a device owns `<topicRoot>/<name>/#`. */
  topicRoot: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/)
    .default('devices'),
  files: files.default({}),
  /**
   * Devices in one publish of commands. 2.0.11 writes its whole state at every command and serves nobody meanwhile;
   * later brokers write once a publish, so there thousands are right.
   */
  devicesPerPublish: z.number().int().min(1).max(5_000).default(50),
  ratePerSecond: z.number().positive().nullable().default(null),
  /** How long one publish of commands may take until it is answered. */
  answerMs: z.number().int().min(100).max(600_000).default(60_000),
});
export type MosquittoSettings = z.infer<typeof mosquittoOptions>;
export type MosquittoOptions = z.input<typeof mosquittoOptions>;

/** Checks settings; the error names the field, never its value: one of them is a password. */
export function parseMosquittoOptions(options: MosquittoOptions): MosquittoSettings {
  const parsed = mosquittoOptions.safeParse(options);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'settings').join(', ');
  throw new ConnectorError(
    'bad-options',
    `These settings of the broker are not usable: ${fields}. Correct them.`,
    {
      retry: 'never',
      context: { fields },
    },
  );
}

/**
 * Names that can be a level of a topic, a user of an `acl_file` and nothing more. A slash keeps administrators'
 * names ("rootline/admin") out of reach of any certificate.
 */
const DEVICE_NAME = /^[A-Za-z0-9][A-Za-z0-9._:@=-]{0,127}$/;

export const isDeviceName = (name: string): boolean => DEVICE_NAME.test(name);
