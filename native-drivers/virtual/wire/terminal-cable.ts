import { renameSync, rmSync, symlinkSync } from 'node:fs';
import type { Cable } from './cable.ts';
import { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.ts';

/** A serial cable: a new pseudo-terminal each time that it is plugged, and a link that follows it. */
export class TerminalCable implements Cable {
  readonly link: string;
  private readonly receive: (bytes: Uint8Array) => void;
  private terminal: PseudoTerminal | null = null;

  constructor(link: string, receive: (bytes: Uint8Array) => void) {
    this.link = link;
    this.receive = receive;
  }

  get port(): string | null {
    return this.terminal?.path ?? null;
  }

  plug(): void {
    this.terminal = openPseudoTerminal((bytes) => this.receive(bytes));
    const fresh = `${this.link}.new`;
    rmSync(fresh, { force: true });
    symlinkSync(this.terminal.path, fresh);
    renameSync(fresh, this.link);
  }

  pull(): void {
    this.terminal?.close();
    this.terminal = null;
    rmSync(this.link, { force: true });
  }

  write(bytes: Uint8Array): void {
    this.terminal?.write(bytes);
  }

  discard(): void {
    this.terminal?.discardPending();
  }

  rate(): number {
    return this.terminal?.rate() ?? 0;
  }

  changed(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}
