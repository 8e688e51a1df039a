import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { AtLink } from './at/at-link.ts';
import { BAUD_RATE, EVENT, WAIT, type Dialect } from './at/constants.ts';

/** What the module says of itself when it has started: article number, chip, MAC, firmware ([QS] 1). */
export interface Startup {
  article: string;
  mac: string;
  firmware: string;
}

/** One module behind one link, woken by a reset; its unique device id is compared each time. */
export class CordeliaModule {
  touched = false;
  /** The module said so itself in this session. */
  revoked = false;
  dialect: Dialect | null = null;
  private readonly link: Link;
  private awake: { at: AtLink; transport: Transport; startup: Startup; uid: string } | null = null;
  private knownUid: string | null = null;
  private stopPresence: () => void = () => undefined;

  constructor(link: Link) {
    this.link = link;
  }

  forget(): void {
    this.drop();
    this.knownUid = null;
    this.touched = this.revoked = false;
    this.dialect = null;
  }

  /** Rejects with `no-answer`, `wrong-chip` and `chip-swapped`. */
  async use(): Promise<{ at: AtLink; startup: Startup; uid: string }> {
    if (this.awake !== null && this.awake.transport === this.link.transport) return this.awake;
    this.drop();
    const { transport, control } = this.link;
    if (transport.baudRate !== BAUD_RATE) await transport.setBaudRate(BAUD_RATE);
    const at = new AtLink(transport);
    try {
      const ready = startupOf(at, WAIT.ready);
      await control.setMode('run');
      await control.reset();
      const startup = await ready;
      const uid = await uidOf(at);
      this.checkUid(uid);
      this.awake = { at, transport, startup, uid };
      this.stopPresence = control.onPresence(() => this.drop());
      return this.awake;
    } catch (error) {
      at.close();
      throw error;
    }
  }

  /** The next use resets the module. */
  drop(): void {
    this.stopPresence();
    this.stopPresence = () => undefined;
    this.awake?.at.close();
    this.awake = null;
  }

  private checkUid(uid: string): void {
    const known = (this.knownUid ??= uid);
    if (known === uid) return;
    throw new DriverError('chip-swapped', 'Another module is in the socket.', {
      ...{ chip: 'untouched', context: { expected: known, found: uid } },
    });
  }
}

/** Resolves with the start-up event. Rejects with `no-answer`. */
export async function startupOf(at: AtLink, timeoutMs: number): Promise<Startup> {
  const found: Startup[] = [];
  const waiting = at.until('start-up', timeoutMs, (line) => {
    if (line.type !== 'info' || line.name !== EVENT.startup) return false;
    const [article = '', , mac = '', firmware = ''] = line.args.split(',');
    found.push({ article, mac, firmware });
    return true;
  });
  // A reset that fails is told first.
  waiting.catch(() => undefined);
  await waiting;
  return found[0] ?? { article: '', mac: '', firmware: '' };
}

/**
 * The maker's driver asks for it as one of the settings of the identity and reads 16 numbers with commas between ([SDK], ATDevice);
 * users of older text ask without that word and see digits: of those any even length is taken.
 */
export async function uidOf(at: AtLink): Promise<string> {
  await at.command('AT+test');
  const answer = await at.command('AT+get=iot,UDID').catch((error: unknown) => {
    if (error instanceof DriverError && error.code === 'device-error') return at.command('AT+get=UDID');
    throw error;
  });
  const uid = uidIn(answer[0]?.args ?? '');
  if (uid !== null) return uid;
  throw new DriverError('bad-frame', 'The module does not say its unique id.', { chip: 'untouched' });
}

/** Digits of the device id; null before the module is enrolled. */
export async function deviceIdOf(at: AtLink): Promise<string | null> {
  const answer = await at.command('AT+get=iot,deviceid').catch((error: unknown) => {
    if (error instanceof DriverError && error.code === 'device-error') return [];
    throw error;
  });
  return /[0-9a-f]{64}$/i.exec(answer[0]?.args ?? '')?.[0].toLowerCase() ?? null;
}

const NUMBERS = /^(?:0x)?[0-9a-f]{1,2}(?:,\s*(?:0x)?[0-9a-f]{1,2})+$/i;

/** Lower-case digits of a unique id, said as numbers or as digits at the end; null where there is none of 4 to 32 bytes. */
export function uidIn(args: string): string | null {
  const bytes = NUMBERS.test(args) ? args.split(',').map((byte) => byte.trim().replace(/^0x/i, '')) : [];
  const digits = bytes.length === 0 ? args : bytes.map((byte) => byte.padStart(2, '0')).join('');
  return /([0-9a-f]{2}){4,32}$/i.exec(digits)?.[0].toLowerCase() ?? null;
}
