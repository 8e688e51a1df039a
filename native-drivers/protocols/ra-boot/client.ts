import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { AUTHENTICATION, COMMAND, DLM, INITIAL_BAUD_RATE, PROTECTION } from './constants.ts';
import type { DlmName, ProtectionName } from './constants.ts';
import { FrameLink } from './frame-link.ts';
import { parseArea, parseSignature } from './identity.ts';
import type { BootArea, Signature } from './identity.ts';
import { hex } from './status.ts';
import { synchronise } from './sync.ts';
import { DLM_MOVE_MS, INITIALIZE_MS, answerMs } from './timing.ts';
import { payloadOf } from './writer.ts';

/** Longest answer without data frames, bytes on the wire both ways. */
const SMALL = 80;
/** The inquiry of a link that may be dead already is not worth waiting long for. */
const PROBE_MS = 150;
const NOTHING = new Uint8Array(0);

/**
 * The boot ROM of one chip over one open transport: one method per command. Every method rejects with DriverError;
 * an error response carries command, status and its name in the context.
 */
export class RaBootClient {
  readonly link: FrameLink;
  private readonly transport: Transport;

  private constructor(transport: Transport) {
    this.transport = transport;
    this.link = new FrameLink(transport);
  }

  /**
   * Reaches command mode. `reopened`: no reset has been made, so the chip may be in command mode already: asked
   * first, at the rate the port has. Otherwise, and after silence, the hand-shake at 9600 baud.
   */
  static async connect(
    transport: Transport,
    options: { signal: AbortSignal; reopened?: boolean },
  ): Promise<RaBootClient> {
    if (options.reopened === true) {
      const open = new RaBootClient(transport);
      if (await open.probe()) return open;
      open.close();
    }
    if (transport.baudRate !== INITIAL_BAUD_RATE) await transport.setBaudRate(INITIAL_BAUD_RATE);
    await synchronise(transport, options.signal);
    const client = new RaBootClient(transport);
    await client.inquiry();
    return client;
  }

  get baudRate(): number {
    return this.transport.baudRate;
  }

  async inquiry(timeoutMs = this.short): Promise<void> {
    await this.link.command(COMMAND.inquiry, NOTHING, timeoutMs);
  }

  async signature(): Promise<Signature> {
    return parseSignature((await this.ask(COMMAND.signature)).payload);
  }

  async areas(count: number): Promise<BootArea[]> {
    const areas: BootArea[] = [];
    for (let index = 0; index < count; index += 1) {
      areas.push(parseArea((await this.ask(COMMAND.areaInfo, Uint8Array.of(index))).payload));
    }
    return areas;
  }

  async dlm(): Promise<DlmName> {
    return nameOf(DLM, await this.byte(COMMAND.dlmGet), 'dlm');
  }

  /** LCK_BOOT may reset the chip before it answers: `no-answer` then says nothing about the state. */
  async moveDlm(from: DlmName, to: DlmName): Promise<void> {
    await this.link.command(COMMAND.dlmMove, Uint8Array.of(DLM[from], DLM[to]), DLM_MOVE_MS);
  }

  async protection(): Promise<ProtectionName> {
    return nameOf(PROTECTION, await this.byte(COMMAND.protectionGet), 'protection');
  }

  async moveProtection(from: ProtectionName, to: ProtectionName): Promise<void> {
    await this.ask(COMMAND.protectionMove, Uint8Array.of(PROTECTION[from], PROTECTION[to]));
  }

  async authentication(): Promise<keyof typeof AUTHENTICATION> {
    return nameOf(AUTHENTICATION, await this.byte(COMMAND.authenticationGet), 'authentication');
  }

  /** Erases user, data and option areas and the key index. The chip needs a reset after it. */
  async initialize(from: DlmName, to: DlmName): Promise<void> {
    await this.link.command(COMMAND.initialize, Uint8Array.of(DLM[from], DLM[to]), INITIALIZE_MS);
  }

  async setParameter(id: number, value: number): Promise<void> {
    await this.ask(COMMAND.parameterSet, Uint8Array.of(id, value));
  }

  async parameter(id: number): Promise<number> {
    return (await this.ask(COMMAND.parameterGet, Uint8Array.of(id))).payload[0] ?? 0;
  }

  /**
   * Moves both ends to another rate and proves it with an inquiry. On a failure the two ends may disagree: only a
   * reset and a new `connect` help then.
   */
  async setBaudRate(baudRate: number): Promise<void> {
    await this.ask(COMMAND.baudRate, payloadOf(baudRate));
    await this.transport.setBaudRate(baudRate);
    // The chip changes over after its answer: an inquiry that came too early is repeated.
    if (!(await this.probe())) await this.inquiry();
  }

  close(): void {
    this.link.close();
  }

  private get short(): number {
    return answerMs(SMALL, this.transport.baudRate);
  }

  private ask(code: number, payload: Uint8Array = NOTHING) {
    return this.link.command(code, payload, this.short);
  }

  private async byte(code: number): Promise<number> {
    return (await this.ask(code)).payload[0] ?? 0;
  }

  private async probe(): Promise<boolean> {
    try {
      await this.inquiry(PROBE_MS);
      return true;
    } catch (error) {
      if (error instanceof DriverError && isSilence(error)) return false;
      throw error;
    }
  }
}

/** The other end said nothing that makes sense; the link itself may be fine. */
export function isSilence(error: DriverError): boolean {
  return error.code === 'no-answer' || error.code === 'bad-frame' || error.code === 'bad-checksum';
}

/** A code of a table by its name. Throws `bad-frame` for one that is not in it. */
export function nameOf<K extends string>(table: Readonly<Record<K, number>>, value: number, what: string): K {
  for (const name in table) if (table[name] === value) return name;
  throw new DriverError('bad-frame', 'The chip reports a state that is not in its documents.', {
    context: { what, value: hex(value) },
  });
}
