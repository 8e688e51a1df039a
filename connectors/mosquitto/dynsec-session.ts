import { randomUUID } from 'node:crypto';
import {
  connect,
  ErrorWithReasonCode,
  ErrorWithSubackPacket,
  type IClientOptions,
  type MqttClient,
} from 'mqtt';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { asConnectionError } from './connection-error.ts';
import { parseAnswer, type Answer, type Command } from './dynsec-messages.ts';
import type { MosquittoSettings } from './options.ts';

/** Topics of the plugin: mosquitto plugins/dynamic-security/README.md, "Topics". */
const CONTROL = '$CONTROL/dynamic-security/v1';
const RESPONSE = `${CONTROL}/response`;

const CONNECT_MS = 10_000;

interface Waiting {
  left: number;
  answers: (Answer | undefined)[];
  resolve: (answers: (Answer | undefined)[]) => void;
  reject: (error: ConnectorError) => void;
}

/**
 * Commands to the dynamic security plugin and their answers. Connects when first needed and again after a loss;
 * one publish is under way at a time, because the broker works through them one after the other anyhow.
 */
export class DynsecSession {
  readonly #settings: MosquittoSettings;
  readonly #host: string;
  /** Answers go to every administrator that listens; these names tell ours from theirs. */
  readonly #name = randomUUID();
  readonly #waiting = new Map<string, Waiting>();
  #client: MqttClient | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #sequence = 0;

  constructor(settings: MosquittoSettings) {
    this.#settings = settings;
    this.#host = new URL(settings.url).host;
  }

  /** Sends commands in publishes of `size`, and returns their answers in the order of the commands. */
  async send(commands: readonly Command[], size: number, signal?: AbortSignal): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (let start = 0; start < commands.length; start += size) {
      throwIfCancelled(signal);
      answers.push(...(await this.#inTurn(commands.slice(start, start + size), signal)));
    }
    return answers;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.endAsync(true);
  }

  async #inTurn(commands: Command[], signal: AbortSignal | undefined): Promise<Answer[]> {
    const mine = this.#turn.then(async () => this.#request(commands, signal));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #request(commands: Command[], signal: AbortSignal | undefined): Promise<Answer[]> {
    const client = await this.#connected(signal);
    const request = `${this.#name}/${(this.#sequence += 1)}`;
    const payload = commands.map((command, index) => ({
      ...command,
      correlationData: `${request}/${index}`,
    }));
    const answered = this.#answered(request, commands.length, signal);
    // Marked as handled: when the publish itself fails, its error is the one to tell.
    answered.catch(() => undefined);
    try {
      const published = client.publishAsync(CONTROL, JSON.stringify({ commands: payload }), { qos: 1 });
      // A publish whose connection ends is never told so: the end of the connection settles `answered` alone.
      const answers = await Promise.race([answered, published.then(async () => answered)]);
      return answers.map((answer) => answer ?? this.#missing());
    } catch (cause) {
      throw this.#told(cause);
    } finally {
      this.#waiting.delete(request);
    }
  }

  async #answered(request: string, left: number, signal?: AbortSignal): Promise<(Answer | undefined)[]> {
    const { promise, resolve, reject } = Promise.withResolvers<(Answer | undefined)[]>();
    const answers = new Array<Answer | undefined>(left).fill(undefined);
    this.#waiting.set(request, { left, answers, resolve, reject });
    const timer = setTimeout(() => {
      reject(
        this.#error(
          'no-answer',
          'does not answer commands of its dynamic security plugin. What it did is read back at the next try. Check that the plugin is loaded.',
        ),
      );
    }, this.#settings.answerMs);
    const cancel = (): void => {
      reject(new ConnectorError('cancelled', 'The call was cancelled.', { cause: signal?.reason }));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    });
  }

  async #connected(signal: AbortSignal | undefined): Promise<MqttClient> {
    throwIfCancelled(signal);
    if (this.#client?.connected === true) return this.#client;
    await this.close();
    const client = connect(connectOptions(this.#settings));
    try {
      await opened(client, signal).catch((cause: unknown) => {
        throw asConnectionError(cause, this.#host);
      });
      await client.subscribeAsync(RESPONSE, { qos: 1 });
    } catch (cause) {
      const error = this.#told(cause);
      await client.endAsync(true);
      throw error;
    }
    client.on('message', (_topic, message) => this.#onAnswers(message));
    client.on('error', () => undefined);
    client.on('close', () => this.#onClose());
    this.#client = client;
    return client;
  }

  #onAnswers(message: Uint8Array): void {
    for (const answer of parseAnswer(message)) {
      const [name, sequence, index] = (answer.correlationData ?? '').split('/');
      const waiting = name === this.#name ? this.#waiting.get(`${name}/${sequence}`) : undefined;
      const place = Number(index);
      if (waiting === undefined || !(place < waiting.answers.length) || waiting.answers[place]) continue;
      waiting.answers[place] = answer;
      waiting.left -= 1;
      if (waiting.left === 0) waiting.resolve(waiting.answers);
    }
  }

  #onClose(): void {
    const lost = this.#error(
      'unreachable',
      'ended the connection in the middle of a call. What it did is read back at the next try.',
    );
    for (const waiting of this.#waiting.values()) waiting.reject(lost);
  }

  #told(cause: unknown): ConnectorError {
    if (cause instanceof ConnectorError) return cause;
    return isRefusal(cause) ? this.#noRight(cause) : asConnectionError(cause, this.#host);
  }

  #noRight(cause: unknown): ConnectorError {
    return new ConnectorError(
      'no-right',
      `The broker at ${this.#host} lets this administrator in but not administer. Nothing was changed there. Give it the role for $CONTROL/dynamic-security, or load the plugin.`,
      { context: { host: this.#host }, cause },
    );
  }

  #missing(): never {
    throw this.#error('bad-answer', 'left a command without an answer. It is asked again.');
  }

  #error(code: 'no-answer' | 'unreachable' | 'bad-answer', rest: string): ConnectorError {
    return new ConnectorError(code, `The broker at ${this.#host} ${rest}`, { context: { host: this.#host } });
  }
}

/** The broker took the connection and answered one request on it with a refusal. */
const isRefusal = (cause: unknown): boolean =>
  cause instanceof ErrorWithSubackPacket || cause instanceof ErrorWithReasonCode;

function connectOptions(settings: MosquittoSettings): IClientOptions {
  const url = new URL(settings.url);
  const tls = url.protocol === 'mqtts:';
  const { credentials } = settings;
  return {
    protocol: tls ? 'mqtts' : 'mqtt',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (tls ? 8883 : 1883)),
    protocolVersion: 5,
    clientId: `rootline-${randomUUID()}`,
    clean: true,
    // A loss is told to the caller, who asks again; nothing is sent twice behind its back.
    reconnectPeriod: 0,
    connectTimeout: CONNECT_MS,
    keepalive: 30,
    rejectUnauthorized: true,
    ...(settings.ca === '' ? {} : { ca: settings.ca }),
    ...('username' in credentials
      ? { username: credentials.username, password: credentials.password }
      : { cert: credentials.certificate, key: credentials.key }),
  };
}

async function opened(client: MqttClient, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const cancel = (): void => {
    reject(new ConnectorError('cancelled', 'The call was cancelled.', { cause: signal?.reason }));
  };
  client.once('connect', () => resolve(undefined));
  client.on('error', reject);
  client.once('close', () => reject(new Error('the broker closed the connection')));
  signal?.addEventListener('abort', cancel, { once: true });
  return promise.finally(() => signal?.removeEventListener('abort', cancel));
}
