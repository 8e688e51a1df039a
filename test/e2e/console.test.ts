import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { join as joinCloud } from '#cloud/join/join.ts';
import {
  joinText,
  unitLines,
  unitMaker,
  type MadeUnit,
  type TestStation,
} from '#cloud/line/station-fixtures.ts';
import { parseJoinText } from '#protocol/join.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';
import { readQr } from './cloud.ts';
import { busyStation, openConsole, pasteToken, unexpected, type ConsoleScreen } from './console-screen.ts';
import { scan } from './hands.ts';
import { pictureOfFailure } from './screen.ts';

const JOB = join(import.meta.dirname, '..', '..', 'resources', 'jobs', 'TH4');
const FILES = ['job.json', 'firmware.srec', 'oem-root.rkey', 'key.cert', 'code.cert'];
const groups = (hex: string): string => (hex.toUpperCase().match(/.{4}/g) ?? []).join(' ');

/** One cloud through a day of its people, in the order in which they would meet it. */
describe('console of the cloud', { timeout: 60_000 }, () => {
  let screen: ConsoleScreen;
  let page: Page;
  let station: TestStation;
  let units: MadeUnit[];
  let auditorToken = '';

  beforeAll(async () => {
    screen = await openConsole('Halder cloud');
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(() => screen.close());

  const places = () => page.getByRole('navigation', { name: 'Places' });
  const go = (name: string) => places().getByRole('link', { name, exact: true }).click();
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const cloudId = () => screen.host.cloud.tenant.id;

  it('says which cloud it is before anybody has signed in', async () => {
    const shown = page.getByLabel(/^root fingerprint/);
    await shown.waitFor();
    expect(await shown.getAttribute('aria-label')).toContain(groups(screen.host.cloud.rootFingerprint));
    await page.getByRole('heading', { name: 'Halder cloud' }).waitFor();
  });

  it('refuses a wrong token in plain words and lets nobody in', async () => {
    await page.getByLabel('Access token').fill('rlt_0000000000000000000000000000000000000000');
    await button('Sign in').click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it('takes the printed token and shows what to do first', async () => {
    await pasteToken(page, screen.host.adminToken);
    await page.getByText('No station has joined yet').waitFor();
    await screen.shot('console-fleet-empty');
  });

  it('invites a station, and sees it join by what is on the screen alone', async () => {
    await button('Invite a station').click();
    await page.getByLabel('Name of the station').fill('Ulm line 1');
    await button('Make the invitation').click();
    const picture = page.getByRole('img', { name: /QR code/ });
    await picture.waitFor();
    const scanned = parseJoinText(await readQr(screen.browser, picture));
    expect(scanned).toMatchObject({ url: screen.host.cloud.publicUrl });
    await page.getByText(scanned?.code ?? '', { exact: true }).waitFor();
    await screen.shot('console-invite');
    const { sealed } = joinText(scanned?.code ?? '', await newAuthority(), 'Ulm line 1');
    await joinCloud(screen.host.cloud.context, cloudId(), sealed);
    await page.getByText('Ulm line 1 has joined.').waitFor();
    await screen.shot('console-joined');
    await button('They are the same').click();
    await page.getByRole('heading', { name: 'Ulm line 1' }).waitFor();
  });

  it('shows what a station hands over without being reloaded, for one call a look', async () => {
    await go('Fleet');
    await page.getByText('Open batches').waitFor();
    ({ station, units } = await busyStation(screen.host, 'Ulm line 2', 3));
    await page.getByText('3 of 100').waitFor();
    await screen.shot('console-fleet');
    const paths: string[] = [];
    page.on('request', (request) => paths.push(new URL(request.url()).pathname));
    await expect.poll(() => paths.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
    expect(new Set(paths)).toEqual(new Set(['/v1/api/overview']));
  });

  it('opens the unit that a scan names', async () => {
    await go('Units');
    await page.getByRole('row', { name: /PASS/ }).first().waitFor();
    await page.keyboard.press('/');
    await scan(page, units[1]!.deviceId);
    await page.getByRole('tab', { name: 'Time line' }).waitFor();
    expect(page.url()).toContain(encodeURIComponent(units[1]!.deviceId));
    await page.getByRole('tab', { name: 'Record' }).click();
    await page.getByText('Signature holds.').waitFor();
    await screen.shot('console-unit');
  });

  it('finds units by the beginning of an id, and says when there is none', async () => {
    await button('Units').click();
    await page.getByRole('search').getByRole('textbox').fill('nothing-like-it');
    await page.getByText('No unit found').waitFor();
    await page.getByRole('search').getByRole('textbox').fill(units[2]!.chipUid.slice(0, 10));
    await expect.poll(() => page.getByRole('row', { name: /PASS/ }).count()).toBe(1);
  });

  it('brings the next page before the list ends', async () => {
    const make = await unitMaker(station.authority, 100);
    const more: MadeUnit[] = [];
    for (let n = 0; n < 120; n += 1) more.push(await make());
    await station.upload(more.flatMap((unit) => unitLines(station, unit)));
    await page.getByRole('search').getByRole('textbox').fill('');
    await page.getByText('100 units loaded, more follow').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.getByText('123 units', { exact: true }).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Time line' }).waitFor();
  });

  it('holds a job’s files against job.json before anything is sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rootline-job-'));
    cpSync(JOB, folder, { recursive: true });
    copyFileSync(join(JOB, 'key.cert'), join(folder, 'code.cert'));
    await go('Orders');
    await button('New order').click();
    await page
      .getByLabel('Choose its files')
      .and(page.locator('input'))
      .setInputFiles(FILES.map((name) => join(folder, name)));
    await page.getByText('The job is not whole.').waitFor();
    rmSync(folder, { recursive: true });
    await page.getByLabel('Number of the order').fill('PO-1840');
    await page.getByRole('combobox', { name: 'Station' }).fill('Ulm line 2');
    await page.getByRole('option', { name: 'Ulm line 2' }).click();
    expect(await button('Place the order').isDisabled()).toBe(true);
    await screen.shot('console-order-not-whole');
  });

  it('places an order from a folder', async () => {
    await page.getByLabel('Choose the job’s folder').and(page.locator('input')).setInputFiles(JOB);
    await expect.poll(() => page.getByText('As named').count()).toBe(4);
    await page.getByLabel('Allowance, units').fill('250');
    await screen.shot('console-order');
    await button('Place the order').click();
    await page.getByRole('row', { name: /On its way.*PO-1840.*Ulm line 2.* \/ 250/ }).waitFor();
  });

  it('withdraws an order only by its number and a reason', async () => {
    await page.getByRole('row', { name: /PO-1840/ }).click();
    await button('Withdraw what is left').click();
    await page.getByLabel('Number of the order').fill('PO-1840');
    expect(await button('Withdraw order').isDisabled()).toBe(true);
    await page.getByLabel('Reason, for the station and the log').fill('Customer cancelled');
    await button('Withdraw order').click();
    await page.getByRole('row', { name: /Withdrawn.*PO-1840/ }).waitFor();
  });

  it('revokes a certificate only by the end of its fingerprint', async () => {
    const { fingerprint, deviceId } = units[0]!;
    await go('Certificates');
    await page.getByRole('search').getByRole('textbox').fill(deviceId);
    await page.getByRole('row', { name: `Active ${deviceId}` }).click();
    await button('Revoke certificate').click();
    const field = page.getByLabel('Last 8 digits of the fingerprint');
    const sure = page.getByRole('dialog').getByRole('button', { name: 'Revoke certificate' });
    await field.fill('00000000');
    expect(await sure.isDisabled()).toBe(true);
    await screen.shot('console-revoke');
    await field.fill(fingerprint.slice(-8));
    await sure.click();
    await page
      .getByRole('region', { name: 'Content' })
      .getByText('Revoked', { exact: true })
      .first()
      .waitFor();
    expect(await button('Revoke certificate').count()).toBe(0);
  });

  it('revokes a station only by its name', async () => {
    await go('Stations');
    await page.getByRole('row', { name: /Ulm line 1/ }).click();
    await button('Revoke station').click();
    const sure = page.getByRole('dialog').getByRole('button', { name: 'Revoke station' });
    await page.getByLabel('Reason, for the log').fill('Sold');
    await page.getByLabel('Name of the station').fill('Ulm line 2');
    expect(await sure.isDisabled()).toBe(true);
    await page.getByLabel('Name of the station').fill('Ulm line 1');
    await sure.click();
    await page.getByText('Its line is closed and stays closed.').waitFor();
  });

  it('makes a token, shows its secret once and copies it', async () => {
    await go('Access');
    await button('New token').click();
    await page.getByLabel('Whose token').fill('Customer audit');
    await button('Make the token').click();
    await button('Copy the secret').click();
    await page.getByText('Copied.').waitFor();
    auditorToken = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(await page.getByLabel('Secret of the token').innerText()).toBe(auditorToken);
    await button('I have it').click();
    await page.getByText('Customer audit').waitFor();
    expect(await page.getByText(auditorToken).count()).toBe(0);
  });

  it('keeps what was done in the log', async () => {
    await go('Log');
    await page.getByRole('search').getByRole('textbox').fill('order');
    await expect.poll(() => page.getByRole('row').count()).toBe(3);
  });

  it('goes everywhere by keyboard', async () => {
    await page.keyboard.press('Escape');
    await page.locator('main').focus();
    for (const [key, heading] of [
      ['1', 'Fleet'],
      ['2', 'Stations'],
      ['8', 'Courier'],
      ['0', 'Access'],
    ] as const) {
      await page.keyboard.press(`Alt+${key}`);
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    }
    await page.keyboard.press('F1');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Alt+2');
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('Line key of the station').waitFor();
  });

  it('leads to the description of its API', async () => {
    await button(/^Administrator · /).click();
    await page.getByRole('menuitem', { name: 'Appearance and about' }).click();
    const address = await page.getByRole('link', { name: 'OpenAPI 3.1' }).getAttribute('href');
    const found = await page.evaluate<unknown>(`fetch('${address ?? ''}').then((answer) => answer.json())`);
    expect(found).toMatchObject({ openapi: '3.1.1' });
  });

  it('gives an auditor everything to read and nothing to press', async () => {
    await button(/^Administrator · /).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await pasteToken(page, auditorToken);
    await page.getByText('Read only').waitFor();
    expect(await places().getByRole('link').allInnerTexts()).toEqual([
      'Fleet',
      'Stations',
      'Batches',
      'Units',
      'Certificates',
      'Orders',
      'Onboarding',
      'Courier',
      'Log',
    ]);
    for (const place of ['Stations', 'Certificates', 'Orders', 'Onboarding', 'Courier']) {
      await go(place);
      await page.getByRole('heading', { name: place, level: 1 }).waitFor();
      expect(await button(/^(invite|revoke|new|write|choose)\b/i).count()).toBe(0);
    }
    await go('Orders');
    await page.getByRole('row', { name: /PO-1840/ }).click();
    await page.getByRole('dialog').waitFor();
    expect(await button(/withdraw/i).count()).toBe(0);
    await button('Close').click();
  });

  it('takes an auditor who types an address to what may be read, and the cloud refuses the call itself', async () => {
    const origin = new URL(page.url()).origin;
    await page.goto(`${origin}/#/orders/new`);
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
    const status = await page.evaluate<number>(
      `fetch('/v1/api/stations', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: '{"name":"Mine"}' }).then(({ status }) => status)`,
    );
    expect(status).toBe(403);
  });

  it('broke no rule of its policy and left no error in the window', () => {
    expect(unexpected(screen.problems)).toEqual([]);
  });

  it('shows what it knew while the cloud is away, and catches up by itself', async () => {
    await go('Fleet');
    await page.getByText('3 of 100').or(page.getByText('Passed today')).first().waitFor();
    await screen.host.away();
    await page.getByText('The cloud does not answer.').waitFor();
    await page.getByText('Passed today').waitFor();
    await screen.shot('console-away');
    await screen.host.back();
    await page.getByText('The cloud does not answer.').waitFor({ state: 'detached' });
    await page.getByText('Connected').waitFor();
  });
});
