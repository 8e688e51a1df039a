import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartState } from '#drivers/core/operations.ts';
import { recipeSchema } from '#services/recipe.ts';
import type { JournalRow } from '#store/api.ts';
import { factsOf } from './facts.ts';
import { judge, type Judging } from './verdict.ts';

const artefact = { file: 'a.bin', sha256: '0'.repeat(64) };
const phase = (operation: string, irreversible = false) => ({
  id: operation,
  title: operation,
  operation,
  irreversible,
  timeout: 5,
});
const recipe = recipeSchema.parse({
  format: 'rootline-job/1',
  id: 'T',
  name: 'T',
  revision: 1,
  target: 'ra8m1',
  rootOfTrust: 'qdid',
  allowance: 5,
  artefacts: {
    firmware: artefact,
    oemRootKey: artefact,
    keyCertificate: artefact,
    codeCertificate: artefact,
  },
  certificate: { organization: 'O', commonNamePrefix: 'P' },
  phases: [phase('identify'), phase('enrol'), phase('inject'), phase('lock', true), phase('read-state')],
});

const uid = 'a'.repeat(32);
const open = { dlm: 'OEM', protection: 'PL2', authentication: 'AL2' };
const bodies: Record<string, Record<string, unknown>> = {
  identify: { chipUid: uid, lifecycle: open },
  enrol: { deviceId: 'd'.repeat(64) },
  inject: { certificateFingerprint: 'f'.repeat(64) },
  lock: { answered: true },
  'read-state': {},
};
/** A journal cut after `length` entries: the entries come as intent, evidence, intent, ... in recipe order. */
function journal(length: number): JournalRow[] {
  const rows = recipe.phases.flatMap((one) =>
    (['intent', 'evidence'] as const).map((kind) => ({
      runId: 'r',
      phase: one.id,
      kind,
      irreversible: one.irreversible && kind === 'intent',
      body: kind === 'evidence' ? (bodies[one.id] ?? {}) : {},
      at: '',
    })),
  );
  return rows.slice(0, length).map((row, index) => ({ ...row, sequence: index + 1 }));
}
const part = (change: Partial<PartState> = {}): PartState => ({
  chipUid: uid,
  via: 'agent',
  lifecycle: { dlm: 'LCK_BOOT', protection: 'PL0', authentication: 'AL2' },
  locked: true,
  enrolled: true,
  deviceId: 'd'.repeat(64),
  certificateFingerprint: 'f'.repeat(64),
  agentLocked: true,
  ...change,
});
const untouched = part({ locked: false, agentLocked: false, lifecycle: open });
const verdict = (length: number, state: PartState) =>
  judge(recipe, factsOf(journal(length), recipe), state, 'interrupted');
const AFTER_INJECT = 6;
const LOCK_INTENT = 7;

describe('factsOf', () => {
  it('keeps a lock open until the part was read, answered or not', () => {
    expect(factsOf(journal(AFTER_INJECT), recipe).open).toBeNull();
    expect(factsOf(journal(LOCK_INTENT), recipe).open).toBe('lock');
    expect(factsOf(journal(LOCK_INTENT + 1), recipe).open).toBe('lock');
    expect(factsOf(journal(LOCK_INTENT + 3), recipe).open).toBeNull();
  });
});

describe('judge', () => {
  it('passes a locked part whose identity and certificate are the recorded ones', () => {
    expect(verdict(LOCK_INTENT, part())).toEqual({ kind: 'passed', evidence: ['lock', 'read-state'] });
    expect(verdict(LOCK_INTENT + 1, part())).toEqual({ kind: 'passed', evidence: ['read-state'] });
    expect(verdict(LOCK_INTENT + 3, part())).toEqual({ kind: 'passed', evidence: [] });
  });

  it('refunds only when silicon is as it was before the intent', () => {
    const failed = { kind: 'failed', chip: 'not-locked' };
    expect(verdict(LOCK_INTENT, untouched)).toEqual({ ...failed, code: 'interrupted', refund: true });
    expect(verdict(LOCK_INTENT, { ...untouched, agentLocked: true })).toMatchObject({ refund: false });
    const moved = { ...untouched, lifecycle: { ...open, protection: 'PL0' } };
    expect(verdict(LOCK_INTENT, moved)).toEqual({ ...failed, code: 'not-locked', refund: false });
    expect(verdict(AFTER_INJECT, untouched)).toEqual({ ...failed, code: 'interrupted', refund: false });
  });

  it('refunds nothing where the agent keeps silent: that proves nothing', () => {
    expect(verdict(LOCK_INTENT, { ...untouched, agentLocked: null })).toMatchObject({ refund: false });
  });

  it('refunds no root key injected for ever: no life cycle shows it', () => {
    const phases = [phase('identify'), phase('inject-oem-root-key', true), phase('lock', true)];
    const permanent = recipeSchema.parse({ ...recipe, phases });
    const rows = journal(2).concat([
      { ...journal(1)[0]!, sequence: 3, phase: 'inject-oem-root-key', irreversible: true },
    ]);
    const result = judge(permanent, factsOf(rows, permanent), untouched, 'interrupted');
    expect(result).toMatchObject({ kind: 'failed', refund: false });
  });

  it('never passes a part that someone locked without an intent of this run', () => {
    expect(verdict(AFTER_INJECT, part())).toMatchObject({ kind: 'failed', code: 'locked', chip: 'locked' });
  });

  it.each([
    ['a measurement outside its limits', { measurements: [{ name: 'pulse', ok: false }] }],
    ['a limit on something not measured', { failure: 'limit', measurements: [] }],
  ])('never passes a part after %s, though the lock itself reads well', (_, body) => {
    const rows = journal(LOCK_INTENT + 1).map((row) =>
      row.phase === 'lock' && row.kind === 'evidence' ? { ...row, body: { ...row.body, ...body } } : row,
    );
    const result = judge(recipe, factsOf(rows, recipe), part(), 'limit');
    expect(result).toMatchObject({ kind: 'failed', code: 'limit', chip: 'locked', refund: false });
  });

  it('never passes another identity, another certificate or another part', () => {
    for (const change of [{ deviceId: 'e'.repeat(64) }, { certificateFingerprint: null }]) {
      expect(verdict(LOCK_INTENT, part(change))).toMatchObject({ code: 'identity-mismatch', chip: 'locked' });
    }
    expect(verdict(LOCK_INTENT, part({ chipUid: 'b'.repeat(32) })).kind).toBe('other-part');
  });

  it('passes only what is locked and fully evidenced, wherever the journal was cut', () => {
    const cut = fc.integer({ min: 0, max: 2 * recipe.phases.length });
    fc.assert(
      fc.property(cut, fc.boolean(), (length, locked) => {
        const result = verdict(length, locked ? part() : untouched);
        expect(result.kind === 'passed').toBe(locked && length >= LOCK_INTENT);
        if (result.kind === 'failed' && locked) expect(result.chip).toBe('locked');
        if (result.kind === 'failed' && result.refund) expect(length).toBeGreaterThanOrEqual(LOCK_INTENT);
      }),
    );
  });
});

describe('judge without a lock: by what the life cycle shows', () => {
  const fuses = recipeSchema.parse({
    ...{ format: 'rootline-job/2', id: 'T', name: 'T', revision: 1, target: 'x', rootOfTrust: 'none' },
    ...{ allowance: 5, artefacts: {} },
    phases: [
      phase('identify'),
      phase('enrol', true),
      { ...phase('burn', true), params: { fuse: 'seal' } },
      { ...phase('protect', true), params: { level: 'P1' } },
      phase('read-state'),
    ],
  });
  const shows: Judging['shows'] = (operation, { fuse, level }) => {
    if (operation === 'burn') return fuse === 'seal' ? { dlm: 'SEALED' } : null;
    return operation === 'protect' ? { protection: String(level) } : null;
  };
  const lifecycle = { dlm: 'OPEN', protection: null, authentication: null };
  const shown = { dlm: 'OTHER+SEALED', protection: 'P1', authentication: null };
  const bare: PartState = {
    ...{ chipUid: uid, via: 'boot-rom', lifecycle, locked: false, enrolled: true, deviceId: uid },
    ...{ certificateFingerprint: null, agentLocked: null },
  };
  const evidence: Record<string, Record<string, unknown>> = {
    identify: { chipUid: uid, lifecycle },
    enrol: { deviceId: uid },
  };
  /** Everything before `last` is evidenced; of `last` there is an intent only. */
  function until(last: string): JournalRow[] {
    const index = fuses.phases.findIndex(({ id }) => id === last);
    return fuses.phases.slice(0, index + 1).flatMap((one, at) => {
      const row = { sequence: at, runId: 'r', phase: one.id, at: '' };
      const intent = { ...row, kind: 'intent' as const, irreversible: one.irreversible, body: {} };
      const done = { ...row, kind: 'evidence' as const, irreversible: false, body: evidence[one.id] ?? {} };
      return one.id === last ? [intent] : [intent, done];
    });
  }
  const judged = (
    last: string,
    state: Partial<PartState>,
    options: Judging = {},
    code = 'port-gone' as const,
  ) => judge(fuses, factsOf(until(last), fuses), { ...bare, ...state }, code, { shows, ...options });

  it('passes where the last step stands there, alone or among other words', () => {
    const all = { kind: 'passed', evidence: ['protect', 'read-state'] };
    expect(judged('protect', { lifecycle: shown })).toEqual(all);
    expect(judged('read-state', { lifecycle: shown })).toEqual({ kind: 'passed', evidence: ['read-state'] });
  });

  it('fails where it does not stand there, and never calls that a pass', () => {
    const open = { ...shown, protection: null };
    expect(judged('protect', { lifecycle: open })).toMatchObject({ kind: 'failed', code: 'port-gone' });
    expect(judged('read-state', { lifecycle: open })).toMatchObject({ kind: 'failed', code: 'not-taken' });
  });

  it('says that a part is half done where the step was taken and others were to follow', () => {
    expect(judged('burn', { lifecycle: shown })).toMatchObject({ code: 'unfinished', refund: false });
    expect(judged('enrol', { enrolled: true })).toMatchObject({ code: 'unfinished', refund: false });
  });

  it('gives back only what is shown not to have been done, and nothing that came after something else', () => {
    const none = { enrolled: false, deviceId: null };
    expect(judged('enrol', none)).toMatchObject({ code: 'port-gone', refund: true });
    expect(judged('enrol', { ...none, lifecycle: shown })).toMatchObject({ refund: false });
    expect(judged('enrol', { enrolled: null, deviceId: null })).toMatchObject({ refund: false });
    expect(judged('burn', { lifecycle })).toMatchObject({ code: 'port-gone', refund: false });
  });

  it('takes no step for its own that the chip refused', () => {
    const last = recipeSchema.parse({
      ...fuses,
      phases: [phase('identify'), phase('enrol', true), phase('read-state')],
    });
    const facts = factsOf(until('enrol'), last);
    expect(judge(last, facts, bare, 'port-gone').kind).toBe('failed');
    const withDevice = { ...facts, deviceId: uid };
    expect(judge(last, withDevice, bare, 'port-gone').kind).toBe('passed');
    expect(judge(last, withDevice, bare, 'enrol-refused')).toMatchObject({ kind: 'failed' });
  });

  describe('an enrolment that was to be the last step, and whose end was lost', () => {
    const ending = (change: Record<string, unknown> = {}) =>
      recipeSchema.parse({
        ...fuses,
        phases: [phase('identify'), { ...phase('enrol', true), ...change }, phase('read-state')],
      });
    const enrolled = { ...bare, lifecycle: { ...lifecycle, dlm: 'ENROLLED' } };
    const lost = (recipe: ReturnType<typeof ending>, state: PartState) =>
      judge(recipe, factsOf(until('enrol'), recipe), state, 'port-gone');

    it('is told by the reading, with the device id that only the reading has', () => {
      const passed = { kind: 'passed', evidence: ['enrol', 'read-state'], named: uid };
      expect(lost(ending(), enrolled)).toEqual(passed);
    });

    it('is not this run’s where the life cycle stands as it stood before', () => {
      expect(lost(ending(), bare)).toMatchObject({ code: 'identity-mismatch' });
    });

    it('is not told where the run was to measure or to keep something of it', () => {
      const limits = [{ name: 'enrol-score', min: 10, max: null }];
      expect(lost(ending({ limits }), enrolled)).toMatchObject({ code: 'identity-mismatch' });
      const params = { keepKeyFor: 'escrow' };
      expect(lost(ending({ params }), enrolled)).toMatchObject({ code: 'identity-mismatch' });
      expect(lost(ending(), { ...enrolled, deviceId: null })).toMatchObject({ code: 'identity-mismatch' });
    });
  });

  it('takes a part that hides its id for the same one in its own run only', () => {
    const hidden = { chipUid: '', lifecycle: shown };
    expect(judged('protect', hidden, { sameRun: true }).kind).toBe('passed');
    expect(judged('protect', hidden)).toMatchObject({ code: 'identity-hidden', refund: false });
    expect(judged('protect', { ...hidden, chipUid: 'b'.repeat(32) }, { sameRun: true }).kind).toBe(
      'other-part',
    );
  });
});
