import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './screen.ts';
import { AXE, RUN_AXE, SCROLLS, THEMES } from './rules.ts';

const root = join(import.meta.dirname, '..', '..', 'renderer');
const pictures = join(import.meta.dirname, '..', 'output', 'e2e');

/** What a gloved finger would miss, and what is cut at the right: an element counts with its label or larger hit area. */
const SMALL = `[...document.querySelectorAll('button, a[href], input, [role="button"]')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[aria-hidden="true"]'))
  .flatMap((element) => {
    const whole = element.closest('label, .MuiFormControl-root') ?? element;
    const around = getComputedStyle(element, '::after');
    const beyond = around.content !== 'none' && around.position === 'absolute' ? -parseFloat(around.top) - parseFloat(around.bottom) : 0;
    const box = whole.getBoundingClientRect();
    const height = box.height + Math.max(0, beyond || 0);
    const name = element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.innerText ?? '').slice(0, 40);
    return [
      ...(height > 0 && height < 47.5 ? [name + ' is ' + height.toFixed(1) + ' px high'] : []),
      ...(box.right > innerWidth ? [name + ' is cut at the right'] : []),
    ];
  })`;

type Act = (page: Page) => Promise<unknown>;
const press =
  (name: string): Act =>
  (page) =>
    page.getByRole('button', { name }).click();
const fill: Act = async (page) => {
  await page.getByLabel('Address of the cloud').fill('cloud.plant:7443');
  await page.getByLabel('One-time code').fill('abcd efgh ijkl mno2');
};
const says =
  (text: string): Act =>
  (page) =>
    page.getByText(text).first().waitFor();

interface Look {
  name: string;
  state: string;
  role: string;
  address: string;
  acts: Act[];
}
const look = (name: string, state: string, role: string, address: string, ...acts: Act[]): Look => ({
  ...{ name, state: `sync-${state}`, role, address, acts },
});

const LOOKS: Look[] = [
  look('none', 'none', 'engineer', '/sync', says('belongs to no cloud yet')),
  look('none-operator', 'none', 'operator', '/sync', says('joins this station')),
  look('connecting', 'connecting', 'engineer', '/sync', says('Connecting')),
  look('online', 'online', 'operator', '/sync', says('Everything made here is in the cloud')),
  look('draining', 'draining', 'engineer', '/sync', says('412 records/s')),
  look('offline', 'offline', 'engineer', '/sync', says('Next try')),
  look('paused', 'paused', 'engineer', '/sync', says('Nothing goes up')),
  look('stopped-restored', 'stopped', 'officer', '/sync', says('Decide once')),
  look('stopped-decide', 'stopped', 'officer', '/sync', press('Decide'), says('Go on with this station?')),
  look('stopped-blocked', 'blocked', 'engineer', '/sync', says('has blocked this station')),
  look('courier-state', 'courier', 'engineer', '/sync', says('travels on a stick')),
  look('settings', 'offline', 'engineer', '/sync', press('Settings'), says('Settings of the line')),
  look('join-ask', 'none', 'engineer', '/sync/join', says('Invite a station')),
  look('join-file', 'none', 'engineer', '/sync/join/file', press('Without a line'), says('No stick')),
  look('join-compare', 'none', 'engineer', '/sync/join', fill, press('Next'), says('show the same')),
  look('join-different', 'none', 'engineer', '/sync/join', fill, press('Next'), press('It is different')),
  look(
    'join-done',
    'none',
    'engineer',
    '/sync/join',
    fill,
    press('Next'),
    press('It is the same'),
    says('Joined'),
  ),
  look('courier', 'courier', 'operator', '/sync/courier', says('From the cloud 7')),
  look('courier-no-cloud', 'none', 'operator', '/sync/courier', says('Join one first')),
  look('courier-show', 'courier', 'operator', '/sync/courier/show', says('Code 1 of 3')),
  look('courier-scan', 'courier', 'operator', '/sync/courier/scan', says('none scanned yet')),
  look('targets', 'online', 'engineer', '/sync/targets', says('Plant broker')),
  look('targets-none', 'none', 'engineer', '/sync/targets', says('No target')),
  look(
    'targets-add',
    'none',
    'engineer',
    '/sync/targets',
    press('Add a broker'),
    says('Add a Mosquitto broker'),
  ),
  look(
    'dead-letters',
    'online',
    'engineer',
    '/sync/targets/0b8f2a52-9c44-4c0e-8f0b-5a1f6f0d7a10',
    says('of that name'),
  ),
];

/** Every state that line, courier and targets can be in, most of which no test can wait for: on the gallery's fixtures. */
describe('looks of line, courier and targets', { timeout: 120_000 }, () => {
  const outDir = mkdtempSync(join(tmpdir(), 'rootline-gallery-'));
  let server: PreviewServer;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    const quiet = { configFile: join(root, 'vite.config.ts'), logLevel: 'error' } as const;
    const input = join(root, 'dev', 'gallery.html');
    await build({ ...quiet, build: { outDir, minify: false, rolldownOptions: { input } } });
    server = await preview({ ...quiet, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
    origin = new URL('/', server.resolvedUrls?.local[0]).href;
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  it.each(LOOKS)('$name', async ({ name, state, role, address, acts }) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const found: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') found.push(message.text());
    });
    page.on('pageerror', (error) => found.push(error.message));
    await page.goto(`${origin}dev/gallery.html?state=${state}&role=${role}#${address}`);
    for (const act of acts) await act(page);
    // Where a pointer happens to stand is no part of a look.
    await page.mouse.move(0, 0);
    await page.evaluate(AXE);
    for (const theme of THEMES) {
      await page.evaluate(`window.dispatchEvent(new CustomEvent('gallery-theme', { detail: '${theme}' }))`);
      const broken = await page.evaluate<string[]>(RUN_AXE);
      const small = await page.evaluate<string[]>(SMALL);
      found.push(...[...broken, ...small].map((text) => `${theme}: ${text}`));
      if (await page.evaluate<boolean>(SCROLLS)) found.push(`${theme}: the page scrolls`);
      await page.screenshot({ path: join(pictures, `look-sync-${name}-${theme}.png`) });
    }
    await context.close();
    expect(found).toEqual([]);
  });
});
