import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS } from '#scripts/chromium-flags.ts';
import { startStation, type StationProcess } from './station.ts';

const pictures = join(import.meta.dirname, '..', 'output', 'e2e');
/** How long a condition may take before the test gives up, milliseconds. */
const PATIENCE = 20_000;

/** One browser window on a station, and everything that went wrong in it. */
export interface Screen {
  page: Page;
  /** Console errors, exceptions and refusals by the content security policy, as they came. */
  problems: string[];
  /** Leaves `test/output/e2e/<name>.png`. */
  shot(name: string): Promise<void>;
}

/** A station, a browser with a fresh profile and its first window. */
export interface OpenScreen extends Screen {
  station: StationProcess;
  browser: Browser;
  close(): Promise<void>;
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });

/** A window of the size that a screen has at least; what goes wrong in it is kept. */
export async function watchedWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Screen> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  return { page, problems: watchProblems(page), shot: (name) => shoot(page, name) };
}

/** A window on a station, at its sign-in page. */
export async function openWindow(
  browser: Browser,
  link: string,
  options: BrowserContextOptions = {},
): Promise<Screen> {
  const window = await watchedWindow(browser, options);
  await window.page.goto(link);
  await window.page.getByRole('button', { name: 'Sign in' }).waitFor();
  return window;
}

/** Station, browser and window in one; `close` ends all three. */
export async function openScreen(options: Parameters<typeof startStation>[0]): Promise<OpenScreen> {
  const [station, browser] = await Promise.all([startStation(options), launch()]);
  const close = async (): Promise<void> => {
    await browser.close();
    await station.dispose();
  };
  try {
    return { ...(await openWindow(browser, station.link)), station, browser, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function watchProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  return problems;
}

async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** After a failed test: what the window showed, under `failed-<test>.png`. */
export async function pictureOfFailure(
  screen: Screen,
  task: { name: string; result?: { state: string } },
): Promise<void> {
  if (task.result?.state === 'fail') await screen.shot(`failed-${task.name.replace(/[^a-z0-9]+/gi, '-')}`);
}
