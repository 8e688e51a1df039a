import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsqr from 'jsqr';
import type { Browser, Locator, Page } from 'playwright-core';
import { freshPglite } from '#cloud/db/template-fixtures.ts';
import { startCloud, type Cloud } from '#cloud/server/cloud.ts';
import { buildConsole } from '#scripts/build.ts';
import { watchedWindow, type Screen } from './screen.ts';

/** A cloud with its console, on free ports that stay its own when it comes back. */
export interface CloudHost {
  cloud: Cloud;
  /** Of the first start. */
  adminToken: string;
  /** Takes it away, as a cut line does. */
  away(): Promise<void>;
  back(): Promise<void>;
  dispose(): Promise<void>;
}

/** Builds the console and starts a cloud that serves it. */
export async function openCloud(name: string): Promise<CloudHost> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rootline-cloud-'));
  await freshPglite(dataDir);
  const consoleFolder = await buildConsole();
  const common = { dataDir, consoleFolder, name, log: { level: 'silent' } };
  let cloud = await startCloud(common);
  const ports = {
    port: Number(new URL(cloud.publicUrl).port),
    stationPort: Number(new URL(cloud.stationUrl).port),
  };
  let open = true;
  const away = async (): Promise<void> => {
    if (open) await cloud.close();
    open = false;
  };
  return {
    get cloud() {
      return cloud;
    },
    adminToken: cloud.adminToken ?? '',
    away,
    async back() {
      cloud = await startCloud({ ...common, ...ports });
      open = true;
    },
    async dispose() {
      await away();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const PIXELS = `async (base64) => {
  const picture = await createImageBitmap(await (await fetch('data:image/png;base64,' + base64)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, picture.width, picture.height);
  let text = '';
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return { data: btoa(text), width, height };
}`;

/** Reads a QR code off the screen, as a scanner's camera does: from its picture alone. */
export async function readQr(browser: Browser, code: Locator): Promise<string> {
  const picture = await code.screenshot();
  // A page of its own: those of the console may not load a data: URL.
  const page: Page = await browser.newPage();
  try {
    const argument = JSON.stringify(picture.toString('base64'));
    const { data, width, height } = await page.evaluate<{ data: string; width: number; height: number }>(
      `(${PIXELS})(${argument})`,
    );
    const found = jsqr.default(new Uint8ClampedArray(Buffer.from(data, 'base64')), width, height);
    if (found === null) throw new Error('no QR code in the picture');
    return found.data;
  } finally {
    await page.close();
  }
}

/** The sixteen groups of a fingerprint, as they stand on a screen. */
export const groups = (text: string): string[] => text.match(/[0-9A-F]{4}/g) ?? [];

/** A window for the console. Its certificate is of the cloud's own authority, which the browser does not know. */
export const consoleWindow = (browser: Browser): Promise<Screen> =>
  watchedWindow(browser, { ignoreHTTPSErrors: true });

/** Opens the console with the token of the first start. */
export async function signInAtConsole(page: Page, { cloud, adminToken }: CloudHost): Promise<void> {
  await page.goto(cloud.publicUrl);
  await page.getByLabel('Access token').fill(adminToken);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Stations', exact: true }).waitFor();
}
