import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipeSchema, type RecipePhase } from '#services/recipe.ts';
import { brokenRule, type RuleFacts } from './recipe-rules.ts';

const file = resolve(import.meta.dirname, '../../../resources/jobs/TH4/job.json');
const demo = recipeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const facts: RuleFacts = {
  operations: [...new Set(demo.phases.map(({ operation }) => operation))].filter((one) => one !== 'issue'),
  attests: true,
  isForEver: (operation, { permanent }) => operation === 'lock' || permanent === true,
};
const indexOf = (id: string) => demo.phases.findIndex((phase) => phase.id === id);

/** The rule that the demo's phases break once changed. */
function ruleAfter(change: (phases: RecipePhase[]) => RecipePhase[]) {
  const { phases, ...rest } = structuredClone(demo);
  return brokenRule({ ...rest, phases: change(phases) }, facts);
}
const without =
  (...ids: string[]) =>
  (phases: RecipePhase[]) =>
    phases.filter((phase) => !ids.includes(phase.id));
const changed = (id: string, change: Partial<RecipePhase>) => (phases: RecipePhase[]) =>
  phases.map((phase) => (phase.id === id ? { ...phase, ...change } : phase));
const swapped = (a: string, b: string) => (phases: RecipePhase[]) =>
  phases.map((phase) =>
    phase.id === a ? phases[indexOf(b)]! : phase.id === b ? phases[indexOf(a)]! : phase,
  );

describe('rules of a recipe', () => {
  it('hold for the demo job', () => {
    expect(brokenRule(demo, facts)).toBeNull();
  });
  it.each<[string, string, (phases: RecipePhase[]) => RecipePhase[]]>([
    ['starts with something else', 'phases.0.operation', without('identify')],
    ['has no phase', 'phases.0.operation', () => []],
    ['uses an id twice', 'phases.1.id', changed('initialize', { id: 'identify' })],
    ['enrols twice', 'phases.8.operation', changed('quality-gate', { operation: 'enrol', params: {} })],
    ['verifies before programming', 'phases.3.operation', swapped('program', 'verify')],
    ['enrols before booting', 'phases.6.operation', swapped('boot', 'enrol')],
    ['issues without a request', 'phases.9.operation', without('csr')],
    ['issues before the request', 'phases.9.operation', swapped('csr', 'issue')],
    ['injects before issuing', 'phases.10.operation', swapped('issue', 'inject')],
    ['proves nothing', 'phases.11.operation', without('inject')],
    ['locks without proof', 'phases.12.irreversible', without('prove')],
    ['locks before the proof', 'phases.12.irreversible', swapped('prove', 'lock')],
    ['does not read back', 'phases.13.irreversible', without('read-back')],
    [
      'hides that a lock cannot be undone',
      'phases.13.irreversible',
      changed('lock', { irreversible: false }),
    ],
    [
      'hides that a key cannot be undone',
      'phases.2.irreversible',
      changed('oem-root-key', { params: { permanent: true } }),
    ],
    ['misspells a parameter', 'phases.8.params', changed('quality-gate', { params: { reads: 1, read: 2 } })],
    ['has a wrong parameter', 'phases.8.params.reads', changed('quality-gate', { params: { reads: 0 } })],
    [
      'lacks a parameter',
      'phases.13.params.lockBoot',
      changed('lock', { params: { disableInitialize: true } }),
    ],
    ['configures no text', 'phases.11.params.region', changed('inject', { params: { region: 5 } })],
    [
      'limits nothing',
      'phases.7.limits.0',
      changed('enrol', { limits: [{ name: 'enrol-score', min: null, max: null }] }),
    ],
    [
      'has limits crossed',
      'phases.7.limits.0',
      changed('enrol', { limits: [{ name: 's', min: 2, max: 1 }] }),
    ],
    [
      'limits one thing twice',
      'phases.7.limits.1',
      changed('enrol', {
        limits: [
          { name: 's', min: 1, max: null },
          { name: 's', min: 2, max: null },
        ],
      }),
    ],
  ])('refuse one that %s', (_, field, change) => {
    expect(ruleAfter(change)?.field).toBe(field);
  });
  it('take a permanent OEM root key early, for the chip takes it nowhere else', () => {
    const permanent = { params: { permanent: true }, irreversible: true };
    expect(ruleAfter(changed('oem-root-key', permanent))).toBeNull();
  });
});
