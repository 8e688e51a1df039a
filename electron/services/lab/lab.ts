import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { siteId } from '#contract/channel.ts';
import type { Request, Response } from '#contract/contract.ts';
import type { LabView } from '#contract/lab.ts';
import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import type { DriverHost, HostEvent } from '#drivers/core/host-api.ts';
import type { Site } from '#services/sites/site.ts';
import type { Sites } from '#services/sites/sites.ts';
import type { Store } from '#store/api.ts';
import { labBusy, labClosed, noBoard, notOfTarget, toolOnly } from './lab-errors.ts';
import { LabSession } from './lab-session.ts';
import { logLine } from './log-ring.ts';

export interface LabParts {
  store: Pick<Store, 'audit' | 'settings'>;
  drivers: DriverHost;
  tools: Pick<JobTools, 'target'>;
  sites: () => Sites;
  exportsFolder: string;
  publish: (view: LabView) => void;
}

/** Settings key of the sites that the lab has: a restart gives none of them back to production by itself. */
export const LAB_SETTING = 'lab.sites';
/** An answer carries at most this much of a log, characters; the file has all of it. */
const LONGEST_TEXT = 200 * 1024;

/** Sites that are out of production, each with the board on it. */
export class Lab {
  private readonly parts: LabParts;
  private readonly sessions = new Map<string, LabSession>();

  constructor(parts: LabParts) {
    this.parts = parts;
  }

  /** Takes up what an earlier process had in the lab, before any part may start. */
  async restore(): Promise<void> {
    const sites = this.parts.sites();
    for (const id of parseHeld(await this.parts.store.settings.get(LAB_SETTING))) {
      if (!sites.has(id)) continue;
      // One whose target this version does not have stays in production, where its own error says so.
      await this.begin(sites.get(id)).catch(() => undefined);
    }
  }

  /** Throws AppError where a run stands on the site, or nothing is bound to it. */
  async open(id: string, actor: string): Promise<LabView> {
    const known = this.sessions.get(id);
    if (known !== undefined) return known.view();
    const session = await this.begin(this.parts.sites().get(id));
    await this.keep(actor);
    await this.parts.store.audit.append({ actor, action: 'lab.open', subject: `site:${id}` });
    return session.view();
  }

  private async begin(site: Site): Promise<LabSession> {
    const { site: id, link, target: named } = site.config;
    if (link === null) throw noBoard(id);
    const target = await this.parts.tools.target(named);
    if (target === null) throw notOfTarget(named);
    if (target.reach === 'tool') throw toolOnly(target.title);
    site.holdForLab();
    const { drivers, publish, store, sites } = this.parts;
    const session = new LabSession({
      ...{ drivers, publish, target, audit: store.audit },
      site: () => sites().get(id),
    });
    this.sessions.set(id, session);
    await session.watch();
    return session;
  }

  /** Throws AppError `lab-closed`. */
  session(id: string): LabSession {
    const session = this.sessions.get(id);
    if (session === undefined) throw labClosed(id);
    return session;
  }

  async close(id: string, actor: string): Promise<void> {
    if (this.session(id).underWay) throw labBusy(id);
    this.sessions.delete(id);
    await this.parts.drivers.watchBytes(id, false).catch(() => undefined);
    await this.keep(actor);
    await this.parts.store.audit.append({ actor, action: 'lab.close', subject: `site:${id}` });
    this.parts.sites().get(id).releaseFromLab();
  }

  log({ site, ...query }: Request<'lab.log'>): Response<'lab.log'> {
    const { log } = this.session(site);
    return { entries: log.page(query), last: log.last, dropped: log.dropped };
  }

  /** The whole log as a file of the exports folder; the answer carries as much of its end as a message holds. */
  async exportLog(site: string): Promise<Response<'lab.exportLog'>> {
    const { log } = this.session(site);
    const lines = [...log.from(0)].map(logLine);
    const head = `# Site ${site}, ${new Date().toISOString()}, ${lines.length} entries, ${log.dropped} dropped`;
    const { exportsFolder } = this.parts;
    await mkdir(exportsFolder, { recursive: true, mode: 0o700 });
    const file = join(exportsFolder, `lab-${site}-${Date.now()}.txt`);
    await writeFile(file, `${[head, ...lines].join('\n')}\n`, { mode: 0o600 });
    return { file, text: [head, ...lastThatFit(lines)].join('\n') };
  }

  onHostEvent(event: HostEvent): void {
    switch (event.type) {
      case 'bytes':
        return this.sessions.get(event.site)?.log.add(event.entries, event.dropped);
      case 'presence':
        return event.part ? undefined : this.sessions.get(event.site)?.forget();
      case 'port-gone':
      case 'port-back':
        return this.sessions.get(event.site)?.forget();
      case 'host-died':
        return event.sites.forEach((site) => this.sessions.get(site)?.forget());
      case 'host-ready':
        return event.sites.forEach((site) => void this.takeUp(site));
      case 'ports-changed':
      case 'cable-moved':
      case 'prompt':
      case 'prompt-over':
        return;
    }
  }

  /** The station ends: what is under way is stopped where it can be, also what waits for a hand. */
  stopAll(): void {
    this.each((session) => session.stop());
  }

  private each(act: (session: LabSession, id: string) => void): void {
    for (const [id, session] of this.sessions) act(session, id);
  }

  /** A new driver process knows nothing of the board: the link is opened, the log is on, the rest a person asks for. */
  private async takeUp(id: string): Promise<void> {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    await this.parts.sites().get(id).connect();
    await session.watch();
  }

  private keep(actor: string): Promise<void> {
    return this.parts.store.settings.set(LAB_SETTING, JSON.stringify([...this.sessions.keys()]), actor);
  }
}

function parseHeld(text: string | null): string[] {
  try {
    const parsed = z.array(siteId).safeParse(JSON.parse(text ?? '[]'));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}

function lastThatFit(lines: readonly string[]): string[] {
  let room = LONGEST_TEXT;
  let first = lines.length;
  while (first > 0 && room - (lines[first - 1] ?? '').length > 0) {
    first -= 1;
    room -= (lines[first] ?? '').length + 1;
  }
  const left = first === 0 ? [] : [`# ${first} older entries are in the file only`];
  return [...left, ...lines.slice(first)];
}
