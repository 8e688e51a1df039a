import { DriverError } from '#drivers/core/errors.ts';
import type { ControlLines, Link, Transport } from '#drivers/core/link.ts';
import { SmpClient } from '#drivers/protocols/smp/client.ts';
import {
  NEWLINE,
  OsCommand,
  SmpGroup,
  SmpOp,
  SMP_VERSION_2,
  SMP_VERSION_LEGACY,
} from '#drivers/protocols/smp/constants.ts';
import { learn, type Awake, type Way } from './awake.ts';

/** SMP has no command for it: the rate is the one that the firmware was built for. 115,200 is Zephyr's default. */
const BAUD_RATES: readonly number[] = [115_200, 1_000_000, 921_600, 460_800, 230_400];
/** How often each rate is tried; an application is there later than a boot loader. */
const ROUNDS = 2;
const PROBE_MS = 250;
const SILENT: readonly string[] = ['no-answer', 'bad-frame', 'bad-checksum'];

type Probe = 'taken' | 'refused';
interface Met {
  client: SmpClient;
  way: Way;
}

/**
 * One part behind one link. A reset with the mode pin set wakes MCUboot's serial recovery; where there is none, the
 * application is asked. Where the part shows a unique id it is read each time it is woken. Where it shows none, a part
 * that was out of the socket, or whose cable was pulled, is taken for another one.
 */
export class SmpTarget {
  /** True once this session sent the part a command that changes it. */
  touched = false;
  private readonly link: Link;
  private awake: Awake | null = null;
  private transport: Transport | null = null;
  private watched: ControlLines | null = null;
  private stopPresence: () => void = () => undefined;
  /** Undefined: not met yet; null: the part shows none. */
  private uid: string | null | undefined = undefined;
  private wasOut = false;
  private rates = BAUD_RATES;
  private way: Way | null = null;
  private patienceMs = 0;

  constructor(link: Link) {
    this.link = link;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.uid = undefined;
    this.touched = false;
    this.wasOut = false;
    this.rates = BAUD_RATES;
    this.way = null;
    this.watched = null;
    this.patienceMs = 0;
  }

  /** Unique id of the part that this run began with; '' where it shows none. */
  get chipUid(): string {
    return this.uid ?? '';
  }

  /** From the next waking on. `patienceMs`: how much longer the part may take to start, as after a swap. */
  goOnBy(way: Way, patienceMs = 0): void {
    this.drop();
    this.way = way;
    this.patienceMs = patienceMs;
  }

  /** Rejects with `no-answer` and `chip-swapped`. */
  async use(signal: AbortSignal): Promise<Awake> {
    // A re-plugged cable is another transport; a part that was out, however shortly, may be another one.
    if (this.awake !== null && this.transport === this.link.transport) return this.awake;
    this.drop();
    this.checkKept();
    const { client, way } = await this.connect(signal);
    try {
      const awake = await learn(client, way, signal);
      this.checkUid(awake.info === null ? null : Buffer.from(awake.info.uid).toString('hex'), way);
      this.awake = awake;
      return awake;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The next use meets the part anew; a boot loader is reset for it. */
  drop(): void {
    this.awake?.client.close();
    this.awake = null;
  }

  close(): void {
    this.drop();
    this.stopPresence();
  }

  private async connect(signal: AbortSignal): Promise<Met> {
    this.watch();
    const met = await this.meet(signal);
    if (met === null)
      throw new DriverError(
        'no-answer',
        'Neither boot loader nor application answers SMP at any baud rate.',
        { context: { rates: this.rates.join(' ') } },
      );
    this.way = met.way;
    this.patienceMs = 0;
    return met;
  }

  /**
   * An application is met as it runs: a reset would take back an image that is on trial. Only one that was not met yet
   * and keeps silent is reset.
   */
  private async meet(signal: AbortSignal): Promise<Met | null> {
    const { control } = this.link;
    this.transport = this.link.transport;
    const { way } = this;
    if (way !== 'application') {
      await control.setMode('boot');
      await control.reset();
      const met = await this.listen('recovery', ROUNDS, signal);
      if (met !== null || way === 'recovery') return met;
    }
    await control.setMode('run');
    const met = await this.listen('application', way === 'application' ? ROUNDS : 1, signal);
    if (met !== null || way === 'application') return met;
    await control.reset();
    return this.listen('application', ROUNDS, signal);
  }

  private async listen(way: Way, rounds: number, signal: AbortSignal): Promise<Met | null> {
    const until = performance.now() + this.patienceMs;
    for (let round = 0; round < rounds || performance.now() < until; round += 1)
      for (const rate of this.rates) {
        const { transport } = this.link;
        if (transport.baudRate !== rate) await transport.setBaudRate(rate);
        const client = new SmpClient(transport, 'The target');
        const answer = await this.probe(client, way, signal);
        if (answer !== null) {
          this.rates = [rate];
          // An application that answers in spite of the mode pin: there is no recovery.
          return { client, way: answer === 'refused' ? 'application' : way };
        }
        client.close();
      }
    return null;
  }

  /** Version 2 where it is heard; MCUboot answers as version 1 in any case, and the older ones only to it. */
  private async probe(client: SmpClient, way: Way, signal: AbortSignal): Promise<Probe | null> {
    // Ends whatever line a probe at a wrong rate left open.
    await this.link.transport.write(Uint8Array.of(NEWLINE));
    client.version = SMP_VERSION_LEGACY;
    const answer = await probe(client, signal);
    if (answer === null || (way === 'recovery' && answer === 'taken')) return answer;
    client.version = SMP_VERSION_2;
    if ((await probe(client, signal)) === null) client.version = SMP_VERSION_LEGACY;
    return answer;
  }

  private watch(): void {
    const { control } = this.link;
    if (this.watched === control) return;
    this.stopPresence();
    this.watched = control;
    this.stopPresence = control.onPresence(() => {
      this.transport = null;
      this.wasOut = true;
    });
  }

  /** Only a unique id shows that a part which was out is the one that the run began with. */
  private checkKept(): void {
    const moved = this.wasOut || (this.watched !== null && this.watched !== this.link.control);
    if (this.uid !== null || !moved) return;
    throw new DriverError(
      'chip-swapped',
      'The part shows no unique id, and it was out of reach: it may be another one. Begin a new run.',
      { chip: 'untouched' },
    );
  }

  /** A boot loader without an id says nothing against the application's. */
  private checkUid(found: string | null, way: Way): void {
    if (this.uid === undefined || (this.uid === null && found !== null)) this.uid = found;
    if (this.uid === found || (found === null && way === 'recovery')) return;
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      chip: 'untouched',
      context: { expected: this.chipUid, found: found ?? '' },
    });
  }
}

/** MCUboot takes the command in every build (boot_serial.c), Zephyr refuses it: either shows that somebody is there. */
async function probe(client: SmpClient, signal: AbortSignal): Promise<Probe | null> {
  const request = { op: SmpOp.write, group: SmpGroup.os, command: OsCommand.consoleEcho } as const;
  try {
    await client.request({ ...request, map: { echo: 0 }, timeoutMs: PROBE_MS, signal });
    return 'taken';
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    if (error.code === 'device-error') return 'refused';
    if (SILENT.includes(error.code)) return null;
    throw error;
  }
}
