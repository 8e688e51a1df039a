import { createHash, timingSafeEqual } from 'node:crypto';
import type { Response } from '#contract/contract.ts';
import type { LabAct, LabView } from '#contract/lab.ts';
import type { TargetFacts } from '#drivers/artefacts/job-tools.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { ChipIdentity, OperationName, OperationOutput, PartState } from '#drivers/core/operations.ts';
import { drive } from '#services/engine/drive.ts';
import { classify } from '#services/engine/failures.ts';
import { RunError } from '#services/engine/run-error.ts';
import type { Site } from '#services/sites/site.ts';
import type { AuditRepository } from '#store/api.ts';
import { driverAct, resultLine, type DriverAct } from './acts.ts';
import { actsOf, changes, isIrreversible } from './irreversible.ts';
import {
  isRefusal,
  labBusy,
  labFailure,
  notOfTarget,
  siteNeeded,
  uidDiffers,
  uidNeeded,
} from './lab-errors.ts';
import { asLastRead, identityView, seen, stateView, withReadBack } from './lab-views.ts';
import { LogRing } from './log-ring.ts';

/** Longest act: a whole flash erased by a slow part, or a person who walks to the fixture. Seconds. */
const ACT_SECONDS = 300;

export interface LabSessionParts {
  site: () => Site;
  target: TargetFacts;
  drivers: DriverHost;
  audit: Pick<AuditRepository, 'append'>;
  publish: (view: LabView) => void;
}

type Ran = Response<'lab.run'>;

/** One board in the lab: what is known of it, what is under way, what went over its wire. */
export class LabSession {
  readonly log = new LogRing();
  private readonly parts: LabSessionParts;
  private identity: ChipIdentity | null = null;
  private state: PartState | null = null;
  /** It was asked, and is protected: it does not say who it is. */
  private hidden = false;
  private busy: string | null = null;
  private stopper: AbortController | null = null;

  constructor(parts: LabSessionParts) {
    this.parts = parts;
  }

  get underWay(): boolean {
    return this.busy !== null;
  }

  view(): LabView {
    const { site, target } = this.parts;
    const can = actsOf(target);
    return {
      ...{ site: site().config.site, target: target.id, targetTitle: target.title, busy: this.busy, can },
      irreversible: can.filter((operation) => isIrreversible(target, { operation, params: {} })),
      identity: this.identity === null ? null : identityView(this.identity),
      state: this.state === null ? null : stateView(this.state),
      hidden: this.hidden,
    };
  }

  /** Another part may be in the socket, or the driver has forgotten this one: all is read anew. */
  forget(): void {
    this.identity = this.state = null;
    this.hidden = false;
    this.tell();
  }

  /** The byte log is on, also after the driver process or the link began anew. Never rejects. */
  async watch(): Promise<void> {
    await this.parts.drivers.watchBytes(this.parts.site().config.site, true).catch(() => undefined);
  }

  stop(): void {
    this.stopper?.abort(new RunError('stopped'));
  }

  /** Carries out one act; an irreversible one only on the part that was named. */
  async run(act: LabAct, confirmUid: string | null, actor: string): Promise<Ran> {
    const { target, site } = this.parts;
    if (!actsOf(target).includes(act.operation)) throw notOfTarget(target.title);
    if (this.busy !== null) throw labBusy(site().config.site);
    const wanted = driverAct(act, target.id);
    try {
      const irreversible = isIrreversible(target, wanted);
      if (irreversible && confirmUid === null) throw uidNeeded();
      return await site().byLab(() => this.carryOut(wanted, irreversible ? confirmUid : null, actor));
    } finally {
      for (const secret of wanted.secrets) secret.fill(0);
    }
  }

  private async carryOut(act: DriverAct, confirmUid: string | null, actor: string): Promise<Ran> {
    const stopper = (this.stopper = new AbortController());
    this.busy = act.operation;
    this.tell();
    let begun = false;
    try {
      await this.watch();
      if (confirmUid !== null) await this.confirm(confirmUid, act.operation, stopper.signal);
      // The trail first: what cannot be recorded is not done.
      await this.note('lab.intent', act, actor, { confirmed: confirmUid !== null });
      begun = true;
      return await this.act(act, actor, confirmUid !== null, stopper.signal);
    } catch (error) {
      const unsure = begun && confirmUid !== null && !isRefusal(classify(error));
      throw labFailure(error, act.operation, unsure);
    } finally {
      this.busy = null;
      this.stopper = null;
      this.tell();
    }
  }

  /** The part says who it is, right before; the comparison takes the same time wherever the ids differ. */
  private async confirm(uid: string, operation: OperationName, signal: AbortSignal): Promise<void> {
    this.identity = null;
    const { chipUid } = await this.identify(signal).catch((error: unknown) => {
      const { site } = this.parts.site().config;
      if (!this.hidden || operation !== 'initialize') throw error;
      if (uid !== site) throw siteNeeded(site);
      return { chipUid: site };
    });
    const digest = (text: string) => createHash('sha256').update(text).digest();
    if (!timingSafeEqual(digest(uid), digest(chipUid))) throw uidDiffers(chipUid);
  }

  private async act(act: DriverAct, actor: string, irreversible: boolean, signal: AbortSignal): Promise<Ran> {
    let output: unknown;
    try {
      output = await this.drive(act.operation, act.input, signal);
    } catch (error) {
      await this.failed(act, actor, irreversible, error);
      throw error;
    }
    this.learn(act.operation, output);
    const readBack = changes(act.operation) ? await this.readBack() : null;
    const line = resultLine(act.operation, output, act.params);
    await this.note('lab.result', act, actor, { ok: true, ...seen(readBack) });
    const { bytes } =
      act.operation === 'read-memory' ? (output as OperationOutput<'read-memory'>) : { bytes: null };
    return {
      view: { ...this.view(), busy: null },
      bytes: bytes === null ? null : Buffer.from(bytes).toString('hex'),
      result: withReadBack(line, act.operation, readBack),
    };
  }

  /** What stands on the part after a failure is read where that is possible, and recorded either way. */
  private async failed(act: DriverAct, actor: string, irreversible: boolean, error: unknown): Promise<void> {
    this.state = null;
    const { code, context } = classify(error);
    if (context['stuck'] === true) this.parts.site().leaveBehind();
    else if (irreversible) await this.parts.site().connect();
    const readBack = irreversible ? await this.readBack() : null;
    await this.note('lab.result', act, actor, { ok: false, code, ...seen(readBack) });
  }

  private async identify(signal: AbortSignal): Promise<ChipIdentity> {
    const identity = await this.drive('identify', { target: this.parts.target.id }, signal);
    this.learn('identify', identity);
    return identity;
  }

  /** Null: the part cannot be read now; what is known of it is nothing. Never rejects. */
  private async readBack(): Promise<PartState | null> {
    this.state = null;
    if (!this.parts.target.operations.includes('read-state')) return null;
    const state = await this.drive('read-state', {}, new AbortController().signal).catch(() => null);
    if (state !== null) this.learn('read-state', state);
    return state;
  }

  private learn(operation: OperationName, output: unknown): void {
    if (operation === 'identify') {
      this.identity = output as ChipIdentity;
      this.hidden = false;
    }
    if (operation === 'read-state') this.state = output as PartState;
    if (this.state !== null && this.identity !== null) this.identity = asLastRead(this.identity, this.state);
    this.tell();
  }

  private async drive<K extends OperationName>(
    operation: K,
    input: Parameters<typeof drive<K>>[2]['input'],
    stop: AbortSignal,
  ): Promise<OperationOutput<K>> {
    const limit = new AbortController();
    const timeout = () =>
      limit.abort(new RunError('timeout', { title: operation.replaceAll('-', ' '), seconds: ACT_SECONDS }));
    const timer = setTimeout(timeout, ACT_SECONDS * 1000);
    const signal = AbortSignal.any([stop, limit.signal]);
    const { drivers, site } = this.parts;
    try {
      const call = { operation, input, signal, onProgress: () => undefined };
      return (await drive({ drivers }, site().config.site, call)).output;
    } catch (error) {
      if (operation === 'identify') this.hidden = hidesItsId(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async note(
    action: 'lab.intent' | 'lab.result',
    { operation, params }: DriverAct,
    actor: string,
    body: Record<string, unknown>,
  ): Promise<void> {
    const { audit, site, target } = this.parts;
    const id = site().config.site;
    const subject = this.identity?.chipUid ?? `site:${id}`;
    await audit.append({
      actor,
      action,
      subject,
      body: { site: id, target: target.id, operation, params, ...body },
    });
  }

  private tell(): void {
    this.parts.publish(this.view());
  }
}

function hidesItsId(error: unknown): boolean {
  const { code, context } = classify(error);
  return code === 'protected' && context['chipUid'] === undefined;
}
