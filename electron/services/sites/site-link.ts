import type { ErrorView } from '#contract/errors.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { viewOf } from '#services/engine/failures.ts';
import type { SiteConfig } from './site-config.ts';

export interface SiteLinkParts {
  drivers: DriverHost;
  /** `part`: null where the fixture cannot tell. `path`: the port's name now. */
  onOpen(part: boolean | null, path: string): void;
  onFailed(error: ErrorView): void;
}

/**
 * The link of one site, as the driver process holds it: opened, opened anew, given back. A port that is not there is
 * watched by the driver process, which opens it by itself once it comes.
 */
export class SiteLink {
  private readonly config: SiteConfig;
  private readonly parts: SiteLinkParts;
  /** The driver process has the link open, be the cable in or out. */
  private opened = false;
  /** An operation that does not end still holds the link. */
  private heldUp = false;
  private closed = false;
  private turn: Promise<void> = Promise.resolve();

  constructor(config: SiteConfig, parts: SiteLinkParts) {
    this.config = config;
    this.parts = parts;
  }

  /** Opens the link where the driver process does not hold it. Calls queue up; never rejects. */
  connect(): Promise<void> {
    this.turn = this.turn.then(() => this.open());
    return this.turn;
  }

  /** Opens the link anew: the driver forgets the part that it knew. Never rejects. */
  renew(): Promise<void> {
    this.turn = this.turn.then(async () => {
      if (this.opened) await this.giveBack();
      await this.open();
    });
    return this.turn;
  }

  /** The driver process has opened the port by itself. */
  reopened(): void {
    this.opened = true;
  }

  /** The driver process is gone, and the link with it. */
  lost(): void {
    this.opened = this.heldUp = false;
  }

  /** An operation answers no abort: nothing is opened until the driver lets go of the link; then `free` is called. */
  leaveBehind(free: () => void): void {
    this.heldUp = true;
    this.opened = false;
    const over = (): void => {
      if (!this.heldUp) return;
      this.heldUp = false;
      free();
    };
    void this.parts.drivers.closeSite(this.config.site).then(over, over);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.turn;
    // One that is only watched is let go as well.
    if (this.config.link !== null && !this.heldUp) await this.giveBack();
  }

  private async giveBack(): Promise<void> {
    this.opened = false;
    await this.parts.drivers.closeSite(this.config.site).catch(() => undefined);
  }

  private async open(): Promise<void> {
    const { site, link, target } = this.config;
    if (link === null || this.opened || this.heldUp || this.closed) return;
    try {
      const { part, path } = await this.parts.drivers.openSite(site, link, target);
      this.opened = true;
      this.parts.onOpen(part, path);
    } catch (error) {
      this.parts.onFailed(viewOf(error, null));
    }
  }
}
