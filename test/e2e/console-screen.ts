import { createHash, X509Certificate } from 'node:crypto';
import { chromium, type Browser, type Page } from 'playwright-core';
import {
  batchBody,
  joinedStation,
  unitLines,
  unitMaker,
  type MadeUnit,
} from '#cloud/line/station-fixtures.ts';
import type { TestStation } from '#cloud/line/station-fixtures.ts';
import { CHROMIUM_FLAGS } from '#scripts/chromium-flags.ts';
import { openCloud, type CloudHost } from './cloud.ts';
import { openWindow, type Screen } from './screen.ts';

/** A cloud, a browser that trusts its root and nothing more, and a window on its console. */
export interface ConsoleScreen extends Screen {
  host: CloudHost;
  browser: Browser;
  close(): Promise<void>;
}

/** Of a certificate's key, as Chromium wants it: SHA-256 of the SubjectPublicKeyInfo in base64. */
function keyHash(der: Buffer): string {
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

/** Starts all three; `close` ends them. */
export async function openConsole(name: string): Promise<ConsoleScreen> {
  const host = await openCloud(name);
  const trust = `--ignore-certificate-errors-spki-list=${keyHash(host.cloud.root)}`;
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...CHROMIUM_FLAGS, trust],
  });
  const close = async (): Promise<void> => {
    await browser.close();
    await host.dispose();
  };
  try {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const screen = await openWindow(browser, host.cloud.publicUrl, { permissions });
    return { ...screen, host, browser, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Signs in by pasting a token. */
export async function pasteToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Places' }).waitFor();
}

/** A joined station that has handed over an open batch of so many units. */
export async function busyStation(
  host: CloudHost,
  name: string,
  count: number,
): Promise<{ station: TestStation; units: MadeUnit[] }> {
  const station = await joinedStation(host.cloud, name);
  await station.hello();
  const make = await unitMaker(station.authority, 500);
  const units: MadeUnit[] = [];
  for (let n = 0; n < count; n += 1) units.push(await make());
  const counts = { made: count, failed: 0, unknown: 0, attempts: count, debited: count };
  await station.upload([
    station.line('batch', batchBody({ counts })),
    ...units.flatMap((unit) => unitLines(station, unit)),
  ]);
  return { station, units };
}

/** The refusals of calls that a test makes on purpose; a browser writes each into its console. */
export const unexpected = (problems: readonly string[]): string[] =>
  problems.filter(
    (text) => !/^Failed to load resource: the server responded with a status of 4\d\d/.test(text),
  );
