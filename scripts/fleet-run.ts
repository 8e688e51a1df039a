import { X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { brokerOf } from '#drivers/virtual/network/virtual-device.ts';
import { openAuthority, readCertificates } from './fleet-authority.ts';
import { IdentityWriter, openIdentities } from './fleet-identities.ts';
import { checkOpenFiles } from './fleet-limits.ts';
import type { FleetReport, FleetShare } from './fleet-messages.ts';
import type { FleetOptions } from './fleet-options.ts';
import type { FleetHooks, FleetProgress, FleetResult } from './fleet-result.ts';
import { FleetThread } from './fleet-thread.ts';

/**
 * Provisions what is missing of a fleet, powers it up, connects every device, has it say hello, holds and closes.
 * Rejects with FleetError; devices that fail are counted, not thrown.
 */
export async function runFleet(options: FleetOptions, hooks: FleetHooks = {}): Promise<FleetResult> {
  brokerOf(options.broker);
  checkOpenFiles(options.devices);
  const run = await FleetRun.open(options, hooks);
  try {
    await run.provision();
    await run.powerUp();
    await run.connect();
    await run.hold();
    return run.result;
  } finally {
    await run.close();
  }
}

const add = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};

class FleetRun {
  readonly result: FleetResult;
  readonly #options: FleetOptions;
  readonly #hooks: FleetHooks;
  readonly #signal: AbortSignal;
  readonly #identities: string;
  readonly #threads: FleetThread[];
  readonly #authorityIn: string | null;
  readonly #missing: number;
  readonly #rssAtStart = process.memoryUsage.rss();
  #writer: IdentityWriter | null = null;
  #written: Promise<void> = Promise.resolve();
  #phase: FleetProgress['phase'] = 'provision';
  #done = 0;
  #total = 0;

  private constructor(
    options: FleetOptions,
    hooks: FleetHooks,
    shares: readonly FleetShare[],
    known: { missing: number; identities: string; authorityIn: string | null },
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#signal = hooks.signal ?? new AbortController().signal;
    this.#identities = known.identities;
    this.#missing = known.missing;
    this.#authorityIn = known.authorityIn;
    this.result = {
      devices: options.devices,
      connected: 0,
      publishes: 0,
      failed: {},
      lost: {},
      provisioned: 0,
      seconds: { provision: 0, powerUp: 0, connect: 0 },
      cpuSeconds: { provision: 0, powerUp: 0, connect: 0 },
      rssBytes: 0,
      perConnectionBytes: 0,
    };
    this.#threads = shares.map((share) => new FleetThread(share, (report) => this.#take(report)));
    this.#signal.addEventListener('abort', this.#stop, { once: true });
  }

  static async open(options: FleetOptions, hooks: FleetHooks): Promise<FleetRun> {
    mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
    const roots = readCertificates(options.ca, 'The broker’s root')
      .map((der) => new X509Certificate(der).toString())
      .join('');
    const authority = await openAuthority(options.dataDir, options.issuer);
    const identities = join(options.dataDir, 'identities.jsonl');
    const there = await openIdentities(identities, authority.fingerprint);
    const step = Math.min(options.workers, options.devices);
    const shares = Array.from({ length: step }, (_, offset) => ({
      offset,
      step,
      identities,
      authority,
      broker: options.broker,
      roots,
      serverName: options.serverName ?? null,
      topic: options.topic,
      rate: options.rate === null ? null : options.rate / step,
      atOnce: Math.max(1, Math.floor(options.atOnce / step)),
    }));
    const missing = Math.max(0, options.devices - there);
    return new FleetRun(options, hooks, shares, { missing, identities, authorityIn: authority.madeIn });
  }

  async provision(): Promise<void> {
    if (this.#missing === 0) return;
    this.#begin('provision', this.#missing);
    this.#writer = new IdentityWriter(this.#identities);
    const each = Math.ceil(this.#missing / this.#threads.length);
    await this.#timed('provision', (thread, index) => {
      const count = Math.max(0, Math.min(each, this.#missing - index * each));
      return thread.tell({ order: 'provision', count });
    });
    await this.#written;
    await this.#writer.close();
  }

  async powerUp(): Promise<void> {
    this.#begin('power-up', this.#options.devices);
    const order = { order: 'power-up', devices: this.#options.devices } as const;
    await this.#timed('powerUp', (thread) => thread.tell(order));
  }

  async connect(): Promise<void> {
    this.#begin('connect', this.#options.devices);
    await this.#timed('connect', (thread) => thread.tell({ order: 'connect' }));
    this.result.rssBytes = process.memoryUsage.rss();
    const added = Math.max(0, this.result.rssBytes - this.#rssAtStart);
    const { connected } = this.result;
    this.result.perConnectionBytes = connected === 0 ? 0 : Math.round(added / connected);
    this.#hooks.connected?.(this.result);
  }

  async hold(): Promise<void> {
    const { holdSeconds } = this.#options;
    this.#begin('hold', this.result.connected);
    if (this.#signal.aborted || holdSeconds === 0) return;
    // A timer of Node's ends after 24 days; without one only the signal ends it.
    const milliseconds = Math.min((holdSeconds ?? Infinity) * 1000, 2 ** 31 - 1);
    await wait(milliseconds, undefined, { signal: this.#signal }).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop);
    this.#begin('close', this.result.connected);
    await Promise.allSettled(this.#threads.map((thread) => thread.tell({ order: 'close' })));
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  readonly #stop = (): void => {
    for (const thread of this.#threads) thread.stop();
  };

  async #timed(
    part: keyof FleetResult['seconds'],
    tell: (thread: FleetThread, index: number) => Promise<void>,
  ): Promise<void> {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    if (!this.#signal.aborted) await Promise.all(this.#threads.map(tell));
    const { user, system } = process.cpuUsage(cpu);
    this.result.seconds[part] = Math.round(performance.now() - start) / 1000;
    this.result.cpuSeconds[part] = Math.round((user + system) / 1000) / 1000;
  }

  #begin(phase: FleetProgress['phase'], total: number): void {
    this.#phase = phase;
    this.#total = total;
    this.#advance(0, true);
  }

  #advance(by: number, isNew = false): void {
    this.#done = isNew ? 0 : this.#done + by;
    const failed = Object.values(this.result.failed).reduce((sum, count) => sum + count, 0);
    const [phase, done, total, authorityIn] = [this.#phase, this.#done, this.#total, this.#authorityIn];
    this.#hooks.progress?.({ phase, done, total, failed, authorityIn });
  }

  #take(report: FleetReport): void {
    const { result } = this;
    if (report.report === 'identities') this.#keep(report.batch);
    if (report.report === 'ready') this.#advance(report.count);
    if (report.report === 'published') result.publishes += 1;
    if (report.report === 'lost') {
      add(result.lost, report.reason);
      this.#hooks.lost?.(result.lost);
    }
    if (report.report === 'connected') {
      result.connected += 1;
      this.#advance(1);
    }
    if (report.report === 'refused') {
      add(result.failed, report.reason);
      this.#advance(report.reason.startsWith('publish:') ? 0 : 1);
    }
  }

  #keep(batch: Extract<FleetReport, { report: 'identities' }>['batch']): void {
    this.result.provisioned += batch.length;
    this.#written = this.#written.then(() => this.#writer?.add(batch));
    this.#advance(batch.length);
  }
}
