import { randomUUID } from 'node:crypto';
import { AppError } from '#contract/errors.ts';
import type { Request } from '#contract/contract.ts';
import type { OnboardingTargetView } from '#contract/sync.ts';
import type { Authority } from '#services/pki/authority.ts';
import type { Pace } from '#services/sync/pace.ts';
import type { RevocationList } from '#services/sync/revocation-list.ts';
import type { Store } from '#store/api.ts';
import {
  configOf,
  connectorOf,
  keepPassword,
  targetConfig,
  type SecretParts,
  type TargetConfig,
} from './target-config.ts';
import { TargetWorker } from './target-worker.ts';
import { StationWork } from './work-store.ts';

export interface OnboardingParts {
  store: Pick<Store, 'onboarding' | 'outbox' | 'keys'>;
  vault: SecretParts['vault'];
  authority: Pick<Authority, 'root' | 'issuerCertificate'>;
  /** The list of the station's issuing CA. */
  crl: Pick<RevocationList, 'current' | 'renew'>;
  pace: Pace;
  changed: () => void;
  onDefect: (error: unknown) => void;
}

interface Target {
  id: string;
  config: TargetConfig;
  paused: boolean;
  worker: TargetWorker;
}

const missing = (id: string) =>
  new AppError({
    code: 'target-missing',
    what: 'There is no such target.',
    next: 'Choose one from the list.',
    details: { id },
  });

/** Targets that this station registers its own units at. */
export class Onboarding {
  private readonly parts: OnboardingParts;
  private readonly targets = new Map<string, Target>();

  constructor(parts: OnboardingParts) {
    this.parts = parts;
  }

  async start(): Promise<void> {
    for (const { id, config, paused } of await this.parts.store.onboarding.targets()) {
      try {
        await this.open(id, targetConfig.parse(JSON.parse(config)), paused);
      } catch (error) {
        // One target that cannot be used stops neither the others nor the station.
        this.parts.onDefect(error);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.targets.values()].map(({ worker }) => worker.close()));
  }

  /** Units passed or were revoked. */
  notice(): void {
    for (const { worker, paused } of this.targets.values()) if (!paused) worker.wake();
  }

  async list(): Promise<OnboardingTargetView[]> {
    return Promise.all([...this.targets.values()].map((target) => this.view(target)));
  }

  /** Items that somebody must look at, over all targets. */
  async deadLetters(): Promise<number> {
    const counts = await Promise.all(
      [...this.targets.keys()].map((id) => this.parts.store.onboarding.counts(id)),
    );
    return counts.reduce((sum, { dead }) => sum + dead, 0);
  }

  async add(request: Request<'onboarding.add'>, actor: string): Promise<OnboardingTargetView> {
    const [id, config] = [randomUUID(), configOf(request)];
    await keepPassword(this.secrets(), id, request.password, actor);
    const target = await this.open(id, config, false);
    await this.parts.store.onboarding.putTarget({ id, config: JSON.stringify(config), paused: false }, actor);
    await target.worker.check();
    return this.view(target);
  }

  async check(id: string): Promise<OnboardingTargetView> {
    const target = this.require(id);
    await target.worker.check();
    return this.view(target);
  }

  async pause(id: string, paused: boolean, actor: string): Promise<OnboardingTargetView> {
    const { config, worker } = this.require(id);
    await this.parts.store.onboarding.putTarget({ id, config: JSON.stringify(config), paused }, actor);
    await worker.close();
    return this.view(await this.open(id, config, paused));
  }

  async remove(id: string, actor: string): Promise<void> {
    const { worker } = this.require(id);
    await worker.close();
    this.targets.delete(id);
    await this.parts.store.onboarding.removeTarget(id, actor);
    // The store keeps no key without a target's name: an empty one takes the place of the password.
    await keepPassword(this.secrets(), id, '', actor);
  }

  dead(id: string, after: string | null, limit: number) {
    this.require(id);
    return this.parts.store.onboarding.dead(id, after, limit);
  }

  async retry(id: string, fingerprints: string[] | null): Promise<number> {
    const { worker } = this.require(id);
    const retried = await this.parts.store.onboarding.retry(id, fingerprints);
    worker.wake();
    return retried;
  }

  /** The target lost its state: everything that was registered or revoked there once more. */
  async again(id: string, actor: string): Promise<number> {
    const { config, paused, worker } = this.require(id);
    await worker.close();
    const again = await this.parts.store.onboarding.again(id, 'all', actor);
    // A worker that begins tells CA and list once more as well.
    await this.open(id, config, paused);
    return again;
  }

  private require(id: string): Target {
    const target = this.targets.get(id);
    if (target === undefined) throw missing(id);
    return target;
  }

  private secrets(): SecretParts {
    return { vault: this.parts.vault, keys: this.parts.store.keys };
  }

  private async open(id: string, config: TargetConfig, paused: boolean): Promise<Target> {
    const { store, authority, pace, changed, onDefect } = this.parts;
    const connector = await connectorOf(this.secrets(), id, config);
    const work = new StationWork({ items: store.onboarding, outbox: store.outbox, name: config.name });
    const certificates = [authority.issuerCertificate, authority.root];
    const { crl } = this.parts;
    const worker = new TargetWorker({ connector, work, certificates, crl, pace, changed, onDefect });
    const target = { id, config, paused, worker };
    this.targets.set(id, target);
    if (!paused) worker.start();
    return target;
  }

  private async view({ id, config, paused, worker }: Target): Promise<OnboardingTargetView> {
    const { name, mode, url } = config;
    const counts = await this.parts.store.onboarding.counts(id);
    const { waiting, working, retry, registered, dead, revoked } = counts;
    return {
      ...{ id, name, mode, url, paused, health: worker.health },
      counts: { waiting: waiting + working + counts['revoke-waiting'], retry, registered, dead, revoked },
    };
  }
}
