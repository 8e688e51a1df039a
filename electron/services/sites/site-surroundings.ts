import type { SiteView } from '#contract/sites.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { promptOver, type Moved } from './site-errors.ts';

export type Prompt = NonNullable<SiteView['prompt']>;

/** What stands around the work of a site: its place, its cable, a question to a person, the lab. */
export class SiteSurroundings {
  place: { row: number; column: number };
  prompt: Prompt | null = null;
  /** Name of the port where it was last opened; null before. */
  port: string | null = null;
  /** Where the cable was seen instead of its own place. */
  moved: Moved | null = null;
  /** Taken out of production: nothing starts, nothing is read by itself. */
  lab = false;
  /** The lab had the part that is in: a person starts it, or nobody. */
  handled = false;
  private readonly site: string;
  private readonly drivers: Pick<DriverHost, 'answerPrompt'>;
  private readonly changed: () => void;

  constructor(
    { site, row, column }: { site: string; row: number; column: number },
    drivers: Pick<DriverHost, 'answerPrompt'>,
    changed: () => void,
  ) {
    this.site = site;
    this.place = { row, column };
    this.drivers = drivers;
    this.changed = changed;
  }

  /** Moves the site on the fixture, not on the bus. */
  standAt(row: number, column: number): void {
    this.place = { row, column };
    this.changed();
  }

  /** The port was opened, under this name. */
  plugged(port: string): void {
    this.port = port;
    this.moved = null;
  }

  /** The cable is at another place. It is not opened there: nobody said that the socket moved with it. */
  cableMoved({ from, to, path }: Moved): void {
    this.moved = { from, to, path };
    this.changed();
  }

  /** The fixture asks a person, and what runs waits. */
  prompted(prompt: Prompt): void {
    this.prompt = prompt;
    this.changed();
  }

  promptOver(id: string): void {
    if (this.prompt?.id !== id) return;
    this.prompt = null;
    this.changed();
  }

  /** A person has done it. Throws AppError `prompt-over` where that is not asked any more. */
  async confirm(id: string): Promise<void> {
    if (this.prompt?.id !== id) throw promptOver(this.site);
    await this.drivers.answerPrompt(this.site, id);
    this.promptOver(id);
  }
}
