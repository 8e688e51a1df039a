import type { Device, DeviceFailure, DeviceResult } from '../connector.ts';
import {
  parseClient,
  toTextName,
  type Acl,
  type Answer,
  type Command,
  type KnownClient,
} from './dynsec-messages.ts';
import type { DynsecSession } from './dynsec-session.ts';
import type { MosquittoSettings } from './options.ts';

/** Reads cost the broker next to nothing. */
const READS = 1_000;

/** Refuses every topic; asked before any `acl_file`, so that it also takes what a pattern would give. */
const REFUSED_ROLE = 'rootline-refused';
const REFUSED_ACLS: Acl[] = (['publishClientSend', 'publishClientReceive', 'subscribePattern'] as const).map(
  (acltype) => ({ acltype, topic: '#', allow: false }),
);

/** One role a device, because a role of 2.0.11 knows no placeholder for the user's name. */
const roleName = (device: Device): string => `rootline-device:${device.name}`;

/** What the broker knows of these names, in their order. */
export async function readClients(
  session: DynsecSession,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<(KnownClient | undefined)[]> {
  const commands = names.map((username): Command => ({ command: 'getClient', username }));
  return (await session.send(commands, READS, signal)).map(parseClient);
}

/** A role and a client for each device. What is there already is compared by fingerprint, never by an error text. */
export async function registerClients(
  session: DynsecSession,
  { topicRoot, devicesPerPublish }: Pick<MosquittoSettings, 'topicRoot' | 'devicesPerPublish'>,
  devices: readonly Device[],
  signal?: AbortSignal,
): Promise<DeviceResult[]> {
  const commands = devices.flatMap((device) => registration(device, topicRoot));
  const answers = await session.send(commands, devicesPerPublish * 2, signal);
  const created = devices.map((device, index) => ({
    device,
    role: answers[index * 2],
    answer: answers[index * 2 + 1],
  }));
  // A new client that found its role there: the role is made what it should be, whoever left it.
  const inherited = created.filter(
    ({ role, answer }) => role?.error !== undefined && answer?.error === undefined,
  );
  const repairs = inherited.map(({ device }): Command => ({
    ...roleOf(device, topicRoot),
    command: 'modifyRole',
  }));
  await session.send(repairs, devicesPerPublish, signal);
  const rest = created.filter(({ answer }) => answer?.error !== undefined);
  const known = await readClients(
    session,
    rest.map(({ device }) => device.name),
    signal,
  );
  const verdicts = new Map(
    rest.map(({ device, answer }, index) => [device, compared(device, known[index], answer)]),
  );
  return devices.map((device) => verdicts.get(device) ?? { fingerprint: device.fingerprint, outcome: 'ok' });
}

function roleOf(device: Device, topicRoot: string): { rolename: string; acls: Acl[] } {
  const topic = `${topicRoot}/${device.name}/#`;
  const acltypes = ['publishClientSend', 'publishClientReceive', 'subscribePattern'] as const;
  return { rolename: roleName(device), acls: acltypes.map((acltype) => ({ acltype, topic, allow: true })) };
}

function registration(device: Device, topicRoot: string): Command[] {
  const role = roleOf(device, topicRoot);
  const roles = [{ rolename: role.rolename }];
  const textname = toTextName(device.fingerprint);
  return [
    { command: 'createRole', ...role },
    { command: 'createClient', username: device.name, textname, roles },
  ];
}

/** The result for a device whose name the broker knows, or that it refused for another reason. */
function compared(device: Device, known: KnownClient | undefined, answer: Answer | undefined): DeviceResult {
  const { fingerprint } = device;
  if (known === undefined) return { fingerprint, outcome: 'failed', error: refused(answer) };
  const error = conflict(device, known);
  return error === null ? { fingerprint, outcome: 'already' } : { fingerprint, outcome: 'failed', error };
}

/** Why a known name cannot be this device; null when it is this device, in good standing. */
export function conflict(device: Device, known: KnownClient): DeviceFailure | null {
  if (known.fingerprint !== device.fingerprint)
    return {
      code: 'name-taken',
      message: `The broker knows "${device.name}" with another certificate. This one has no access. Revoke or remove the other, then retry.`,
      retry: 'never',
    };
  if (!known.disabled) return null;
  return {
    code: 'revoked',
    message: `"${device.name}" was revoked at the broker. It stays out. Issue a new certificate if it is to come back.`,
    retry: 'never',
  };
}

function refused(answer: Answer | undefined): DeviceFailure {
  const said = answer?.error ?? 'nothing';
  return {
    code: 'refused',
    message: `The broker refused this device: ${said}. It is tried again.`,
    retry: 'later',
  };
}

/**
 * Takes the rights of each device, disables it and ends its connections, whether the broker knew it or not.
 * A name that belongs to another certificate meanwhile is left alone: that certificate is not the revoked one.
 */
export async function revokeClients(
  session: DynsecSession,
  devicesPerPublish: number,
  devices: readonly Device[],
  signal?: AbortSignal,
): Promise<DeviceResult[]> {
  if (devices.length === 0) return [];
  const known = await readClients(
    session,
    devices.map((device) => device.name),
    signal,
  );
  const ours = devices.filter((device, index) => isOurs(device, known[index]));
  await session.send([{ command: 'createRole', rolename: REFUSED_ROLE, acls: REFUSED_ACLS }], 1, signal);
  const answers = await session.send(ours.flatMap(revocation), devicesPerPublish * 4, signal);
  const errors = new Map(
    ours.map((device, index) => [device, firstError(answers.slice(index * 4 + 1, index * 4 + 3))]),
  );
  return devices.map((device, index) => revoked(device, known[index], errors.get(device)));
}

const firstError = (answers: Answer[]): Answer | undefined =>
  answers.find((answer) => answer.error !== undefined);

const isOurs = (device: Device, known: KnownClient | undefined): boolean =>
  known === undefined || known.fingerprint === device.fingerprint;

/** Disabling comes after the rights are gone: it ends the connection, and what comes back has nothing. */
function revocation(device: Device): Command[] {
  const roles = [{ rolename: REFUSED_ROLE }];
  const username = device.name;
  return [
    { command: 'createClient', username, textname: toTextName(device.fingerprint), roles },
    { command: 'modifyClient', username, roles },
    { command: 'disableClient', username },
    { command: 'deleteRole', rolename: roleName(device) },
  ];
}

function revoked(device: Device, known: KnownClient | undefined, answer: Answer | undefined): DeviceResult {
  const { fingerprint } = device;
  if (!isOurs(device, known)) return { fingerprint, outcome: 'failed', error: superseded(device) };
  if (answer !== undefined) return { fingerprint, outcome: 'failed', error: refused(answer) };
  return { fingerprint, outcome: known?.disabled === true ? 'already' : 'ok' };
}

function superseded(device: Device): DeviceFailure {
  return {
    code: 'name-taken',
    message: `"${device.name}" belongs to another certificate at the broker by now. That one keeps its access; the list of revoked certificates refuses this one.`,
    retry: 'never',
  };
}

/** Removes role and client of each device; one that is not there is gone already. */
export async function unregisterClients(
  session: DynsecSession,
  devicesPerPublish: number,
  devices: readonly Device[],
  signal?: AbortSignal,
): Promise<DeviceResult[]> {
  const known = await readClients(
    session,
    devices.map((device) => device.name),
    signal,
  );
  const ours = devices.filter((device, index) => known[index]?.fingerprint === device.fingerprint);
  const answers = await session.send(ours.flatMap(removal), devicesPerPublish * 2, signal);
  const errors = new Map(
    ours.map((device, index) => [device, firstError(answers.slice(index * 2, index * 2 + 1))]),
  );
  return devices.map((device, index): DeviceResult => {
    const { fingerprint } = device;
    if (known[index] === undefined) return { fingerprint, outcome: 'already' };
    if (!isOurs(device, known[index])) return { fingerprint, outcome: 'failed', error: superseded(device) };
    const answer = errors.get(device);
    if (answer !== undefined) return { fingerprint, outcome: 'failed', error: refused(answer) };
    return { fingerprint, outcome: 'ok' };
  });
}

function removal(device: Device): Command[] {
  return [
    { command: 'deleteClient', username: device.name },
    { command: 'deleteRole', rolename: roleName(device) },
  ];
}
