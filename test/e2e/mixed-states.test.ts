import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { benchSite, plugIn } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { openBatch, signIn, site, until } from './steps.ts';

const SITES = ['A1', 'A2', 'A3', 'A4', 'B1', 'B2', 'B3', 'B4'];

/** Eight sites, each in another state at the same time: what the README shows. */
describe('a fixture of eight', { timeout: 90_000 }, () => {
  let screen: OpenScreen;
  let page: Page;
  const bench = new Map<string, BenchControl>();
  const at = (id: string): BenchControl => bench.get(id)!;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'wire', sites: 8 });
    page = screen.page;
    await signIn(page, 'operator');
    await openBatch(page, '26-11-0417', 200);
    for (const id of SITES) bench.set(id, await benchSite(page, id));
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(async () => {
    for (const control of bench.values()) await control.close();
    await screen.close();
  });

  it('makes a first round on all eight', async () => {
    await Promise.all(SITES.map((id) => at(id).insert()));
    await Promise.all(SITES.map((id) => until(page, id, 'passed')));
    await Promise.all(SITES.map((id) => at(id).remove()));
    await Promise.all(SITES.map((id) => until(page, id, 'empty')));
  });

  it('shows running, PASS, FAIL, READ BACK and empty sites beside each other', async () => {
    await at('B1').fault('agent:high-noise');
    await at('B3').fault('lock-silent');
    await Promise.all(['A2', 'A4', 'B1', 'B3'].map((id) => at(id).insert()));
    while ((await at('B3').status()).dlm !== 'LCK_BOOT');
    await at('B3').cable(false);
    await until(page, 'B3', 'unknown');
    await until(page, 'B1', 'failed');
    await Promise.all(['A2', 'A4'].map((id) => until(page, id, 'passed')));
    await at('A3').insert();
    await site(page, 'A3')
      .getByText(/Write · \d\d\d/)
      .waitFor();
    await Promise.all(['A1', 'B2'].map((id) => at(id).insert()));
    await site(page, 'B2')
      .getByText(/Write · \d/)
      .waitFor();
    await page.mouse.move(640, 795);
    await screen.shot('running-batch');
    await until(page, 'B4', 'empty');
    for (const id of ['A1', 'B2']) await until(page, id, 'running', 'passed');
  });

  it('ends well: the rest passes, and the one in doubt once it is read', async () => {
    await Promise.all(['A1', 'A3', 'B2'].map((id) => until(page, id, 'passed')));
    await plugIn(page, 'B3', at('B3'));
    await page.keyboard.press('F9');
    await until(page, 'B3', 'passed');
    await page.getByTestId('made').getByText('14 / 200').waitFor();
    expect(screen.problems).toEqual([]);
  });
});
