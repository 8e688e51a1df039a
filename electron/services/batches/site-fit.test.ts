import { describe, expect, it } from 'vitest';
import type { Recipe } from '#services/recipe.ts';
import { isFor, refuseSites, type PlacedSite } from './site-fit.ts';

const recipe = (control: NonNullable<Recipe['fixture']>['control']) =>
  ({ id: 'J', target: 'esp32c3', fixture: { control } }) as Recipe;
const CONTROLS = {
  bench: { kind: 'bench', socket: '/s' },
  'modem-lines': { kind: 'modem-lines', reset: 'dtr', mode: 'rts' },
  operator: { kind: 'operator' },
} as const;
const site = (control: keyof typeof CONTROLS, target = 'esp32c3'): PlacedSite => ({
  config: { target, link: { path: '/dev/x', control: CONTROLS[control] } },
  state: 'ready',
});

describe('sites of a job', () => {
  it.each([
    ['any', 'operator', true],
    ['modem-lines', 'modem-lines', true],
    ['modem-lines', 'bench', true],
    ['relay', 'bench', true],
    ['modem-lines', 'operator', false],
    ['relay', 'modem-lines', false],
    ['operator', 'operator', true],
    ['operator', 'bench', false],
  ] as const)('asked for %s, a site with %s: %s', (wanted, control, fits) => {
    expect(isFor(recipe(wanted), site(control))).toBe(fits);
  });

  it('are none of another chip, whatever drives them', () => {
    expect(isFor(recipe('any'), site('bench', 'stm32f4'))).toBe(false);
    const { view } = refuseSites(recipe('any'), [site('bench', 'stm32f4')])!;
    expect(view).toMatchObject({ code: 'no-site-for-target', details: { target: 'esp32c3' } });
    expect(refuseSites(recipe('any'), [])?.view.code).toBe('no-site-for-target');
  });

  it('are refused with what they have where none is wired as the job asks, and taken where one is', () => {
    const { view } = refuseSites(recipe('operator'), [site('bench'), site('modem-lines')])!;
    expect(view).toMatchObject({
      code: 'fixture-control',
      details: { expected: 'operator', found: 'bench, modem-lines' },
    });
    expect(refuseSites(recipe('operator'), [site('bench'), site('operator')])).toBeNull();
  });
});
