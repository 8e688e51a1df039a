import type { SiteView } from '#contract/sites.ts';
import { outcomeOf } from './bins.ts';
import { startPart, type Cell } from './cell.ts';
import { batchWords, commandOf, errorLine, outcomeWords, siteWords, type Command } from './line-words.ts';
import type { TokenGate } from './token.ts';

/** A line longer than this is no command of ours. Bytes. */
export const LONGEST_LINE = 256;
export const PROTOCOL_VERSION = 1;

export interface LineParts {
  cell: Cell;
  gate: TokenGate;
  /** Address of the other end. */
  address: string;
  send(line: string): void;
  end(): void;
}

/** One handler on the line protocol (docs/handlers.md): no I/O of its own; lines in, lines out. */
export class LineSession {
  private readonly parts: LineParts;
  private admitted = false;
  private unwatch: (() => void) | null = null;
  /** The run that was last told as done, by site: a view that comes again is no second end. */
  private readonly told = new Map<string, string>();
  private turn: Promise<void> = Promise.resolve();

  constructor(parts: LineParts) {
    this.parts = parts;
    parts.send(`ROOTLINE ${PROTOCOL_VERSION} ${parts.cell.name.replace(/\s+/g, '_')}`);
  }

  /** Lines are answered in the order they came. */
  line(text: string): Promise<void> {
    this.turn = this.turn.then(() => this.answer(text));
    return this.turn;
  }

  tooLong(): void {
    this.parts.send(`ERR line-too-long A line has at most ${LONGEST_LINE} bytes.`);
    this.parts.end();
  }

  close(): void {
    this.unwatch?.();
    this.unwatch = null;
  }

  private async answer(text: string): Promise<void> {
    const command = commandOf(text);
    if (command.word === '') return;
    try {
      this.parts.send(await this.carryOut(command));
    } catch (error) {
      this.parts.send(errorLine(error));
    }
    if (command.word === 'QUIT' || (command.word === 'AUTH' && !this.admitted)) this.parts.end();
  }

  private carryOut({ word, operands }: Command): Promise<string> | string {
    if (word === 'QUIT') return 'OK bye';
    if (word === 'AUTH') return this.authenticate(operands[0] ?? '');
    if (!this.admitted) return 'ERR not-signed-in Send AUTH and the token first.';
    const { cell } = this.parts;
    const [site = ''] = operands;
    switch (word) {
      case 'PING':
        return 'OK pong';
      case 'SITES':
        return `OK ${cell
          .sites()
          .map(({ id }) => id)
          .join(' ')}`;
      case 'STATE':
        return `OK ${siteWords(cell.site(site))}`;
      case 'START':
        return this.start(site);
      case 'BIN':
        return this.bin(site);
      case 'STOP':
        cell.stop(site);
        return `OK ${siteWords(cell.site(site))}`;
      case 'CLEAR':
        cell.clear(site);
        return `OK ${siteWords(cell.site(site))}`;
      case 'BATCH':
        return `OK ${batchWords(cell.batch())}`;
      case 'WATCH':
        return this.watch();
      default:
        return 'ERR unknown-command There is no such command; docs/handlers.md lists them.';
    }
  }

  private authenticate(token: string): string {
    const verdict = this.parts.gate.check(token, this.parts.address);
    this.admitted = verdict === 'ok';
    if (verdict === 'ok') return 'OK welcome';
    return verdict === 'wait'
      ? 'ERR wait Too many wrong tokens came from this address. Wait half a minute.'
      : 'ERR wrong-token This is not the token of this station.';
  }

  private async start(site: string): Promise<string> {
    const { cell } = this.parts;
    await startPart(cell, site);
    return `OK ${siteWords(cell.site(site))}`;
  }

  private bin(site: string): string {
    const view = this.parts.cell.site(site);
    const outcome = outcomeOf(view);
    return outcome === null
      ? `ERR no-result Site ${view.id} has no result: it is ${view.state}.`
      : `OK ${outcomeWords(outcome)}`;
  }

  private watch(): string {
    const { cell } = this.parts;
    if (this.unwatch === null) {
      for (const view of cell.sites()) this.isNews(view);
      this.unwatch = cell.onSite((view) => {
        const outcome = outcomeOf(view);
        if (outcome !== null && this.isNews(view)) this.parts.send(`DONE ${outcomeWords(outcome)}`);
      });
    }
    return 'OK watching';
  }

  /** True once for each end of a run, and again where a read-back has changed what it was. */
  private isNews(view: SiteView): boolean {
    const key = outcomeOf(view) === null ? '' : `${view.run?.id ?? ''} ${view.state}`;
    if (this.told.get(view.id) === key) return false;
    this.told.set(view.id, key);
    return key !== '';
  }
}
