import type { Response } from '#contract/contract.ts';
import { AppError } from '#contract/errors.ts';
import type { Store } from '#store/api.ts';
import type { Cell } from './cell.ts';
import { serveHttp } from './http-server.ts';
import { closed, HANDLER_SETTING, parseSettings, type HandlerSettings } from './settings.ts';
import { serveLines, type Listening } from './tcp-server.ts';
import { newToken, TokenGate } from './token.ts';

type HandlerView = Response<'handler.get'>;

export interface HandlerPortParts {
  settings: Store['settings'];
  cell: Cell;
  version: string;
}

/** Where automatic handlers connect: both servers, their setting and their token. */
export class HandlerPort {
  private readonly parts: HandlerPortParts;
  private settings: HandlerSettings = closed;
  private open: { tcp: Listening; http: Listening } | null = null;
  private error: string | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(parts: HandlerPortParts) {
    this.parts = parts;
  }

  /** Opens what the setting says. A port that is taken leaves the station running and says so in its view. */
  async start(): Promise<void> {
    this.settings = parseSettings(await this.parts.settings.get(HANDLER_SETTING));
    await this.listen().catch((error: unknown) => {
      this.error = error instanceof Error ? error.message : String(error);
    });
  }

  view(): HandlerView {
    const { enabled, host, tcpPort, httpPort, tokenHash } = this.settings;
    const running = this.open === null ? null : { tcp: this.open.tcp.port, http: this.open.http.port };
    return {
      ...{ enabled, host, tcpPort, httpPort, hasToken: tokenHash !== null },
      running,
      error: this.error,
    };
  }

  /** Takes effect at once; nothing is stored that cannot be listened on. */
  set(wanted: Omit<HandlerSettings, 'tokenHash'>, by: string): Promise<HandlerView> {
    return this.exclusively(() => this.change({ ...this.settings, ...wanted }, by));
  }

  /** A fresh token, shown once; whoever used the last one is cut off. */
  renew(by: string): Promise<{ token: string; view: HandlerView }> {
    return this.exclusively(async () => {
      const { token, tokenHash } = newToken();
      return { view: await this.change({ ...this.settings, tokenHash }, by), token };
    });
  }

  async close(): Promise<void> {
    await this.turn.catch(() => undefined);
    await this.shut();
  }

  private exclusively<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(act);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async change(next: HandlerSettings, by: string): Promise<HandlerView> {
    if (next.enabled && next.tokenHash === null) throw noToken();
    const before = this.settings;
    await this.shut();
    this.settings = next;
    try {
      await this.listen();
    } catch (error) {
      this.settings = before;
      await this.listen().catch(() => undefined);
      throw notListening(next, error);
    }
    await this.parts.settings.set(HANDLER_SETTING, JSON.stringify(next), by);
    return this.view();
  }

  private async listen(): Promise<void> {
    const { enabled, host, tcpPort, httpPort, tokenHash } = this.settings;
    this.error = null;
    if (!enabled) return;
    const parts = { ...this.parts, gate: new TokenGate(tokenHash) };
    const tcp = await serveLines({ host, port: tcpPort }, parts);
    try {
      this.open = { tcp, http: await serveHttp({ host, port: httpPort }, parts) };
    } catch (error) {
      await tcp.close();
      throw error;
    }
  }

  private async shut(): Promise<void> {
    const { open } = this;
    this.open = null;
    await Promise.all([open?.tcp.close(), open?.http.close()]);
  }
}

const noToken = (): AppError =>
  new AppError({
    code: 'handler-no-token',
    what: 'A handler needs a token to sign in with, and there is none yet.',
    next: 'Make a token first, then open the port.',
  });

const notListening = ({ host, tcpPort, httpPort }: HandlerSettings, cause: unknown): AppError =>
  new AppError(
    {
      code: 'handler-port-taken',
      what: `The station cannot listen on ${host}, ports ${tcpPort} and ${httpPort}.`,
      next: 'Choose other ports, or an address that this machine has. Everything is as it was.',
      details: { reason: cause instanceof Error ? cause.message : String(cause) },
    },
    cause,
  );
