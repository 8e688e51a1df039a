import type { Locator, Page } from 'playwright-core';
import { scan } from './hands.ts';

export const PEOPLE = {
  operator: { name: 'Mara Voss', badge: 'BADGE-114-MARA' },
  engineer: { name: 'Jonas Weber', badge: 'BADGE-207-JONAS' },
  officer: { name: 'Ines Calado', badge: 'BADGE-301-INES' },
} as const;

/** Signs in by scanning the badge. */
export async function signIn(page: Page, who: keyof typeof PEOPLE): Promise<void> {
  await scan(page, PEOPLE[who].badge);
  await page.getByRole('navigation', { name: 'Places' }).waitFor();
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Operator|Engineer|Security officer) · / }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
}

/** From wherever the screen is to a running batch, by traveller. */
export async function openBatch(page: Page, lot: string, quantity: number): Promise<void> {
  await scan(page, `RL1;J=TH4;L=${lot};Q=${quantity}`);
  await page.getByRole('checkbox', { name: /checksum .* is the same/ }).check();
  await page.getByText('All green').waitFor();
  await page.getByRole('button', { name: 'Start batch' }).click();
  await site(page, 'A1').waitFor();
}

export const site = (page: Page, id: string): Locator => page.getByTestId(`site-${id}`);

type State = 'offline' | 'empty' | 'ready' | 'running' | 'passed' | 'failed' | 'unknown';

/** Resolves once the site's card shows the state. */
export async function until(page: Page, id: string, ...states: State[]): Promise<void> {
  const cards = states.map((state) => `[data-testid="site-${id}"][data-state="${state}"]`);
  await page.locator(cards.join(', ')).waitFor();
}

export const insert = (page: Page, id: string): Promise<void> =>
  site(page, id).getByRole('button', { name: 'Insert part' }).click();

export const takeOut = (page: Page, id: string): Promise<void> =>
  site(page, id).getByRole('button', { name: 'Take out' }).click();

/** The number beside a term in the batch figures. */
export const figure = (page: Page, name: string): Locator =>
  page.getByLabel('Batch figures').locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]');
