import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { stopIfAborted } from './files.ts';
import { deviceIdOf, type CordeliaModule } from './module.ts';
import type { AtLink } from './at/at-link.ts';
import type { AtLine } from './at/line-parser.ts';
import {
  ENROL,
  ENROLLED_EVENT,
  ENROLLED_TEXT,
  EVENT,
  REVOKED_TEXT,
  WAIT,
  type Dialect,
} from './at/constants.ts';

/** IEEE 802.11, 9.4.2.2: the longest name of a network. */
const SSID_BYTES = 32;

/**
 * Joins the network that the module enrols over. `key`: name, line feed, password, UTF-8; wiped. A comma or a quote would
 * end an argument of the command: refused before anything is sent.
 */
export async function joinNetwork(module: CordeliaModule, key: Uint8Array): Promise<void> {
  const [name = '', password = '', ...rest] = Buffer.from(key).toString('utf8').split('\n');
  key.fill(0);
  if (name === '' || rest.length > 0 || /[,"\r]/.test(name + password))
    throw new DriverError('bad-argument', 'The network is not a name and a password, a line each.', {
      ...{ chip: 'untouched', context: { field: 'key' } },
    });
  await connect(module, name, `WPA_WPA2,${password}`);
}

/** Joins a network without a password: its name is no secret, and a job may bring it. */
export async function joinOpenNetwork(module: CordeliaModule, network: string): Promise<void> {
  if (network === '' || Buffer.byteLength(network) > SSID_BYTES || /[,"\r\n]/.test(network))
    throw new DriverError('bad-argument', 'That is no name of a network that this module could be told.', {
      ...{ chip: 'untouched', context: { field: 'network' } },
    });
  await connect(module, network, 'OPEN,');
}

/** `security`: type and password, as the command has them ([SDK], arguments of a connection). */
async function connect(module: CordeliaModule, name: string, security: string): Promise<void> {
  const { at } = await module.use();
  module.touched = true;
  const joined = at.until('AT+wlanConnect', WAIT.wlan, (line) => {
    if (line.type === 'error') throw refused('AT+wlanConnect', line.code);
    return line.type === 'info' && line.name === EVENT.address && line.args.startsWith('ipv4_acquired');
  });
  joined.catch(() => undefined);
  await at.transport.write(Buffer.from(`AT+wlanConnect=${name},,${security},,,\r\n`, 'utf8'));
  await joined;
}

/** What is known of a module while it enrols, and kept after it. */
export interface Enrolling {
  touched: boolean;
  /** The module said so itself in this session. */
  revoked: boolean;
  dialect: Dialect | null;
}

/**
 * The module makes its key and enrols over its own network. Sent once: a module that is enrolled again and again runs out
 * of memory, so a lost end is `outcome-unknown` and is read back, never repeated.
 */
export async function enrol(
  at: AtLink,
  module: Enrolling,
  context: OperationContext,
): Promise<OperationResult<'enrol'>> {
  if ((await deviceIdOf(at)) !== null)
    throw new DriverError('enrol-refused', 'The module is enrolled already.', { chip: 'not-locked' });
  stopIfAborted(context.signal);
  context.progress({ done: 0, total: 1, unit: 'steps', note: 'Enrol' });
  module.touched = true;
  await run(module, at);
  const deviceId = await deviceIdOf(at).catch((error: unknown) => {
    throw unknown(error);
  });
  if (deviceId === null)
    throw new DriverError('device-error', 'The module says that it is enrolled and has no device id.');
  context.progress({ done: 1, total: 1, unit: 'steps', note: 'Enrol' });
  // This module tells no score and has no helper data that a host could see.
  return { output: { score: 0, deviceId, helperDataHash: '' }, measurements: [] };
}

/** A spelling that the module does not know is refused at once and does nothing: the other is tried then, and only then. */
async function run(module: Enrolling, at: AtLink): Promise<void> {
  const [newer, older] = ENROL;
  const spelled = module.dialect === 'iot=enrol' ? [older] : [newer, older];
  for (const [index, command] of spelled.entries()) {
    const outcome = await attempt(at, command);
    if (outcome === 'unknown-command' && index < spelled.length - 1) continue;
    if (outcome === 'unknown-command') throw refused(command, null);
    module.dialect = command.slice('AT+'.length) as Dialect;
    if (outcome === 'enrolled') return;
    module.revoked = true;
    throw new DriverError('enrol-refused', 'The module was revoked: its cloud does not take it any more.', {
      ...{ chip: 'not-locked', context: { said: REVOKED_TEXT } },
    });
  }
}

type Outcome = 'enrolled' | 'revoked' | 'unknown-command';

/** What the module says of the end, as an event or in a line of its own; null while it says nothing of it. */
function endOf(line: AtLine, command: string): Outcome | null {
  const said =
    line.type === 'text' ? line.text : line.type === 'info' && line.name === EVENT.iot ? line.args : '';
  if (said.includes(ENROLLED_TEXT) || said.startsWith(ENROLLED_EVENT)) return 'enrolled';
  if (/revoked/i.test(said)) return 'revoked';
  if (line.type !== 'info' || !said.startsWith('error')) return null;
  const code = /,(\d+)$/.exec(said)?.[1];
  throw refused(command, code === undefined ? null : Number(code));
}

async function attempt(at: AtLink, command: string): Promise<Outcome> {
  const heard: Outcome[] = [];
  let accepted = false;
  const ended = at.until(command, WAIT.enrol, (line) => {
    if (line.type === 'ok') accepted = true;
    if (line.type === 'error' && accepted) throw refused(command, line.code);
    if (line.type === 'error') heard.push('unknown-command');
    const end = endOf(line, command);
    if (end !== null) heard.push(end);
    return heard.length > 0;
  });
  ended.catch(() => undefined);
  await at.transport.write(Buffer.from(`${command}\r\n`, 'latin1'));
  await ended.catch((error: unknown) => {
    throw unknown(error);
  });
  return heard[0] ?? 'unknown-command';
}

const refused = (command: string, code: number | null): DriverError =>
  new DriverError('device-error', 'The module refused the command.', {
    context: { command, ...(code === null ? {} : { error: code }) },
  });

/** A refusal stays what it is; any other loss leaves nobody knowing. */
function unknown(error: unknown): unknown {
  if (error instanceof DriverError && error.code === 'device-error') return error;
  return new DriverError('outcome-unknown', 'The link was lost while the module enrolled.', {
    ...{ chip: 'unknown', cause: error, context: { command: 'enrol' } },
  });
}
