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

export type Act = (page: Page) => Promise<unknown>;
export const press =
  (name: string): Act =>
  (page) =>
    page.getByRole('button', { name }).click();
export const says =
  (text: string): Act =>
  (page) =>
    page.getByText(text).first().waitFor();

export interface Look {
  name: string;
  state: string;
  role: string;
  address: string;
  acts: Act[];
}
/** Each state of the gallery's fixtures that no test can wait for: in three themes, by axe, by touch size, without a scroll. */
export function describeLooks(title: string, looks: readonly Look[]): void {
  describe(title, { timeout: 120_000 }, () => {
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

    it.each([...looks])('$name', async ({ name, state, role, address, acts }) => {
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
        await page.screenshot({ path: join(pictures, `look-${name}-${theme}.png`) });
      }
      await context.close();
      expect(found).toEqual([]);
    });
  });
}
