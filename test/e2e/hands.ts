import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';

/** Time between two keys of a wedge scanner, seconds. */
const SCANNER_GAP = 0.008;

const ENTER = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' };

/**
 * Types as a wedge scanner does: fast keys and Enter, stamped with a scanner's own times, so that a busy machine is not
 * taken for a slow typist.
 */
export async function scan(page: Page, text: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const begun = Date.now() / 1000;
  const keys = [...Array.from(text, (key) => ({ key, text: key })), ENTER];
  const strokes = keys.flatMap((key, index) => {
    const timestamp = begun + index * SCANNER_GAP;
    const up = { ...key, type: 'keyUp' as const, timestamp: timestamp + SCANNER_GAP / 2 };
    return [{ ...key, type: 'keyDown' as const, timestamp }, up];
  });
  await Promise.all(strokes.map((stroke) => session.send('Input.dispatchKeyEvent', stroke)));
  await session.detach();
}

/** What a station answers to a call. */
interface Reply {
  ok: boolean;
  value?: unknown;
  error?: { code: string };
}

// Runs in the page, where this project's types are not those of a browser: hence as text.
const CALL = `(channel, request) => new Promise((resolve, reject) => {
  const socket = new WebSocket('ws://' + location.host + '/ws');
  socket.onerror = () => reject(new Error('no socket'));
  socket.onopen = () => socket.send(JSON.stringify({ id: 1, channel, request }));
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.id !== 1) return;
    socket.close();
    resolve(message);
  };
})`;

/** One call on a channel as a page of the station can make it: past every screen, over the page's own session. */
export function callFromPage(page: Page, channel: string, request: unknown): Promise<Reply> {
  const given = [channel, request].map((value) => JSON.stringify(value)).join(', ');
  return page.evaluate(`(${CALL})(${given})`);
}

/** Opens the control socket of a virtual site: the hands and faults that no operator's screen has. */
export async function benchSite(page: Page, site: string): Promise<BenchControl> {
  const { value } = await callFromPage(page, 'sites.list', {});
  const { sites } = value as { sites: { id: string; port: string }[] };
  const port = sites.find(({ id }) => id === site)?.port;
  if (port === undefined) throw new Error(`no site ${site}`);
  return openBenchControl(`${port}.sock`);
}

/** Plugs a site's cable in, and waits until the station has its link again. */
export async function plugIn(page: Page, site: string, bench: BenchControl): Promise<void> {
  await bench.cable(true);
  const link = async (): Promise<unknown> => {
    const { value } = await callFromPage(page, 'sites.list', {});
    return (value as { sites: { id: string; error: unknown }[] }).sites.find(({ id }) => id === site)?.error;
  };
  await expect.poll(link, { timeout: 20_000 }).toBeNull();
}

const WATCH = `(() => {
  const seen = (window.seenOnSites ??= {});
  const note = () => {
    for (const card of document.querySelectorAll('[data-testid^="site-"]')) {
      const texts = (seen[card.dataset.testid.slice(5)] ??= []);
      const text = card.dataset.state + ' ' + card.innerText.replace(/\\s+/g, ' ');
      if (texts.at(-1) !== text) texts.push(text);
    }
  };
  note();
  new MutationObserver(note).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-state'],
  });
})()`;

/** From now on keeps everything that the sites' cards say, so that nothing short-lived is missed. */
export const watchSites = (page: Page): Promise<void> => page.evaluate(WATCH);

/** What a site's card has said since `watchSites`, in order: its state, then its words. */
export const seenOn = (page: Page, site: string): Promise<string[]> =>
  page.evaluate(`window.seenOnSites[${JSON.stringify(site)}] ?? []`);

/** Presses a key until the focus is where the test wants it: nothing is reached by a pointer. */
export async function pressUntil(page: Page, key: string, reached: string): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    if (await page.locator(`${reached}:focus`).count()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never led to ${reached}`);
}

/** The hands that a fixture without lines asks for, until what waits for them is there. */
export async function byHand(
  page: Page,
  bench: BenchControl,
  done: () => Promise<boolean>,
  answer: (button: Locator) => Promise<unknown> = (button) => button.click({ timeout: 1000 }),
): Promise<void> {
  while (!(await done())) {
    const ask = page.locator('[data-prompt]').first();
    if (!(await ask.isVisible())) continue;
    const id = await ask.getAttribute('data-prompt', { timeout: 500 }).catch(() => null);
    const asked = page.locator(`[data-prompt="${id}"]`);
    const request = await asked.getAttribute('data-request', { timeout: 500 }).catch(() => null);
    // Answered already: a second pulse would hit the part in the middle of what it says.
    if (!(await asked.isEnabled({ timeout: 500 }).catch(() => false))) continue;
    if (request === 'mode-boot') await bench.setMode('boot');
    else if (request === 'mode-run') await bench.setMode('run');
    else if (request === 'reset') await bench.reset();
    // Only the question that was read is answered; it may be over by now.
    if (request !== null) await answer(asked).catch(() => undefined);
  }
}
