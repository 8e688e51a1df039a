import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** Rounds of PBKDF2-SHA-512 for the administrator's password; `mosquitto_ctrl` of 2.0.11 uses 101. */
const ITERATIONS = 100_000;

export interface FirstAdministrator {
  /** Holds a slash, so that no device certificate can bear it: "rootline/admin". */
  username: string;
  /** Left out when the administrator signs in by certificate. */
  password?: string;
}

/**
 * First state of the dynamic security plugin: one administrator that may administer and nothing else, everyone
 * else nothing. Put it where `plugin_opt_config_file` points before the broker starts, readable by the broker alone.
 */
export async function initialDynsec({ username, password }: FirstAdministrator): Promise<string> {
  if (!username.includes('/')) throw new RangeError('an administrator without a slash could be a device');
  const secret = password === undefined ? {} : await hashed(password);
  const state = {
    clients: [{ username, roles: [{ rolename: 'rootline-administrator' }], ...secret }],
    roles: [{ rolename: 'rootline-administrator', acls: ADMINISTRATOR }],
    defaultACLAccess: {
      publishClientSend: false,
      publishClientReceive: false,
      subscribe: false,
      unsubscribe: true,
    },
  };
  return JSON.stringify(state, null, 2);
}

const ADMINISTRATOR = [
  { acltype: 'publishClientSend', topic: '$CONTROL/dynamic-security/v1', allow: true },
  { acltype: 'publishClientReceive', topic: '$CONTROL/dynamic-security/v1/response', allow: true },
  { acltype: 'subscribePattern', topic: '$CONTROL/dynamic-security/v1/response', allow: true },
];

/** As the plugin keeps a password: SHA-512, 12 bytes of salt, 64 bytes out (plugins/dynamic-security/auth.c). */
async function hashed(password: string): Promise<{ password: string; salt: string; iterations: number }> {
  const salt = randomBytes(12);
  const key = await promisify(pbkdf2)(password, salt, ITERATIONS, 64, 'sha512');
  return { password: key.toString('base64'), salt: salt.toString('base64'), iterations: ITERATIONS };
}
