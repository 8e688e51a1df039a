import { afterSilence } from '#drivers/core/after-silence.ts';
import type { Transport } from '#drivers/core/link.ts';
import { DriverError, type DriverErrorCode } from '#drivers/core/errors.ts';
import { decodeMap, encodeMap, type SmpMap } from './cbor.ts';
import { MgmtError, OsCommand, SmpGroup, SmpOp, SMP_VERSION_2 } from './constants.ts';
import type { SmpPacket } from './frame.ts';
import { SmpParser, type SmpFrameFault } from './parser.ts';
import { writePacket } from './writer.ts';

export interface SmpRequest {
  op: typeof SmpOp.read | typeof SmpOp.write;
  group: number;
  command: number;
  map?: SmpMap;
  /** Longest silence before `no-answer`, ms. Default 2000. */
  timeoutMs?: number;
  /** How often to send in all; above 1 only for commands that may be carried out twice. Default 1. */
  attempts?: number;
  signal?: AbortSignal;
}

interface Waiting {
  op: number;
  group: number;
  command: number;
  resolve(map: SmpMap): void;
  reject(error: DriverError): void;
}

const DEFAULT_TIMEOUT_MS = 2000;

/**
 * Requests and responses over a transport, matched by sequence number. Takes the transport's data listener until
 * `close()`; does not close the transport. Rejects with DriverError: `no-answer`, `bad-checksum`, `bad-frame`,
 * `device-error` (context `group`, `rc`), `port-gone`, `cancelled`.
 */
export class SmpClient {
  readonly #transport: Transport;
  readonly #parser = new SmpParser();
  readonly #waiting = new Map<number, Waiting>();
  readonly #detach: (() => void)[];
  readonly #peer: string;
  /** Of the requests: legacy for boot loaders, the older of which are silent to version 2. */
  version: number = SMP_VERSION_2;
  #sequence = 0;
  #gone: Error | null = null;

  /** `peer`: who answers, for the texts of errors. */
  constructor(transport: Transport, peer = 'The enrolment agent') {
    this.#transport = transport;
    this.#peer = peer;
    this.#detach = [
      transport.onData((bytes) => this.#receive(bytes)),
      transport.onGone((error) => this.#lost(error)),
    ];
  }

  get baudRate(): number {
    return this.#transport.baudRate;
  }

  /** Bytes received that belonged to no good packet. */
  get discarded(): number {
    return this.#parser.discarded;
  }

  async request(request: SmpRequest): Promise<SmpMap> {
    const attempts = request.attempts ?? 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (attempt >= attempts || !isTransient(error)) throw error;
      }
    }
  }

  /** OS group: the text comes back as it went. */
  async echo(text: string, options: Partial<SmpRequest> = {}): Promise<string> {
    const map = await this.request({
      ...options,
      op: SmpOp.write,
      group: SmpGroup.os,
      command: OsCommand.echo,
      map: { d: text },
    });
    return typeof map['r'] === 'string' ? map['r'] : '';
  }

  /** OS group: size of the device's packet buffer in bytes, header included, and how many it has. */
  async parameters(options: Partial<SmpRequest> = {}): Promise<{ bufferBytes: number; buffers: number }> {
    const request = { op: SmpOp.read, group: SmpGroup.os, command: OsCommand.parameters, attempts: 3 };
    const map = await this.request({ ...options, ...request });
    const { buf_size: size, buf_count: count } = map;
    if (typeof size !== 'number' || typeof count !== 'number')
      throw badFrame('parameters without buf_size and buf_count');
    return { bufferBytes: size, buffers: count };
  }

  /** OS group: the device answers, then restarts. */
  async reset(options: Partial<SmpRequest> = {}): Promise<void> {
    await this.request({ ...options, op: SmpOp.write, group: SmpGroup.os, command: OsCommand.reset });
  }

  /** Gives the transport's listeners back; whatever still waits is rejected with `cancelled`. */
  close(): void {
    for (const detach of this.#detach) detach();
    this.#rejectAll(new DriverError('cancelled', 'The SMP client was closed.'));
  }

  async #once(request: SmpRequest): Promise<SmpMap> {
    const { signal } = request;
    if (signal?.aborted === true) throw cancelled(signal);
    if (this.#gone !== null) throw portGone(this.#transport.path, this.#gone);
    const sequence = this.#nextSequence();
    const answer = this.#expect(sequence, request);
    const bytes = writePacket({
      op: request.op,
      version: this.version,
      flags: 0,
      group: request.group,
      sequence,
      command: request.command,
      payload: encodeMap(request.map ?? {}),
    });
    this.#transport.write(bytes).catch((cause: unknown) => {
      this.#waiting.get(sequence)?.reject(portGone(this.#transport.path, cause));
    });
    return answer;
  }

  #expect(sequence: number, request: SmpRequest): Promise<SmpMap> {
    const { signal, group, command } = request;
    return new Promise<SmpMap>((resolve, reject) => {
      const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const context = { group, command, timeoutMs };
      const silence = () =>
        reject(new DriverError('no-answer', `${this.#peer} did not answer.`, { context }));
      const cancel = afterSilence(timeoutMs, silence);
      const abort = () => reject(cancelled(signal));
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.set(sequence, { op: request.op + 1, group, command, resolve, reject });
      this.#cleanups.set(sequence, () => {
        cancel();
        signal?.removeEventListener('abort', abort);
      });
    }).finally(() => this.#forget(sequence));
  }

  readonly #cleanups = new Map<number, () => void>();

  #forget(sequence: number): void {
    this.#cleanups.get(sequence)?.();
    this.#cleanups.delete(sequence);
    this.#waiting.delete(sequence);
  }

  #nextSequence(): number {
    do this.#sequence = (this.#sequence + 1) & 0xff;
    while (this.#waiting.has(this.#sequence));
    return this.#sequence;
  }

  #receive(bytes: Uint8Array): void {
    for (const event of this.#parser.push(bytes)) {
      if (event.type === 'packet') this.#answer(event.packet);
      else this.#rejectAll(frameFault(event.fault));
    }
  }

  #answer(packet: SmpPacket): void {
    const waiting = this.#waiting.get(packet.sequence);
    // A late answer to a request that was given up: nobody waits for it any more.
    if (waiting?.op !== packet.op || waiting.group !== packet.group || waiting.command !== packet.command)
      return;
    const map = decodeMap(packet.payload);
    if (map === null) waiting.reject(badFrame('The payload is no CBOR map.'));
    else if (isRefusal(map)) waiting.reject(refusal(map, packet, this.#peer));
    else waiting.resolve(map);
  }

  #lost(error: Error): void {
    this.#gone = error;
    this.#rejectAll(portGone(this.#transport.path, error));
  }

  #rejectAll(error: DriverError): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(error);
  }
}

const transient: readonly DriverErrorCode[] = ['no-answer', 'bad-checksum', 'bad-frame'];
const isTransient = (error: unknown): boolean =>
  error instanceof DriverError && transient.includes(error.code);

const badFrame = (message: string): DriverError => new DriverError('bad-frame', message);
const cancelled = (signal: AbortSignal | undefined): DriverError =>
  new DriverError('cancelled', 'Cancelled.', { cause: signal?.reason });
const portGone = (path: string, cause: unknown): DriverError =>
  cause instanceof DriverError
    ? cause
    : new DriverError('port-gone', 'The port is gone.', { context: { path }, cause });

function frameFault(fault: SmpFrameFault): DriverError {
  const code = fault === 'checksum' ? 'bad-checksum' : 'bad-frame';
  return new DriverError(code, 'A damaged packet arrived.', { context: { fault } });
}

/** Version 2 refuses with `err`, version 1 with a non-zero `rc`. */
const isRefusal = (map: SmpMap): boolean =>
  (typeof map['err'] === 'object' && map['err'] !== null) ||
  (typeof map['rc'] === 'number' && map['rc'] !== MgmtError.ok);

function refusal(map: SmpMap, packet: SmpPacket, peer: string): DriverError {
  const { group, rc } = (map['err'] ?? { group: 0, rc: map['rc'] }) as SmpMap;
  return new DriverError('device-error', `${peer} refused the command.`, {
    context: { group: Number(group), rc: Number(rc), command: packet.command },
  });
}
