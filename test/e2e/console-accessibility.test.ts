import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inviteStation } from '#cloud/join/invite.ts';
import type { MadeUnit } from '#cloud/line/station-fixtures.ts';
import { callApi, jobOf } from '../integration/api.test-support.ts';
import { busyStation, openConsole, pasteToken, unexpected, type ConsoleScreen } from './console-screen.ts';
import { pictureOfFailure } from './screen.ts';
import { AXE, RUN_AXE, SCROLLS, THEMES } from './rules.ts';

/** Everything to press that a finger would miss: an element counts with its label, row or larger hit area. */
const SMALL = `[...document.querySelectorAll('button, a[href], input:not([type="file"]), [role="button"], [role="tab"], [role="menuitem"], [role="row"][aria-selected]')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[aria-hidden="true"]'))
  .map((element) => {
    const whole = element.closest('label, .MuiFormControl-root, .MuiAutocomplete-root') ?? element;
    const around = getComputedStyle(element, '::after');
    const beyond = around.content !== 'none' && around.position === 'absolute' ? -parseFloat(around.top) - parseFloat(around.bottom) : 0;
    const height = whole.getBoundingClientRect().height + Math.max(0, beyond || 0);
    return { name: element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.innerText ?? '').slice(0, 40), height };
  })
  .filter(({ height }) => height > 0 && height < 47.5)
  .map(({ name, height }) => name + ' is ' + height.toFixed(1) + ' px high')`;

/** Every screen of the console, in every theme, is held against the rules that do not need an eye. */
describe('accessibility of the console', { timeout: 120_000 }, () => {
  let screen: ConsoleScreen;
  let page: Page;
  let units: MadeUnit[];
  let stationId = '';

  beforeAll(async () => {
    screen = await openConsole('Halder cloud');
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(() => screen.close());

  const go = (hash: string) => page.goto(`${screen.host.cloud.publicUrl}/#${hash}`);

  async function wear(theme: (typeof THEMES)[number]): Promise<void> {
    const kept = JSON.stringify({ state: { theme, sound: false }, version: 0 });
    await page.evaluate(`localStorage.setItem('rootline.preferences', ${JSON.stringify(kept)})`);
    await page.reload();
  }

  async function check(
    name: string,
    ready: () => Promise<unknown>,
    themes: readonly (typeof THEMES)[number][] = THEMES,
  ): Promise<void> {
    const found: string[] = [];
    for (const theme of themes) {
      await wear(theme);
      await ready();
      await page.evaluate(AXE);
      const violations = await page.evaluate<string[]>(RUN_AXE);
      const small = await page.evaluate<string[]>(SMALL);
      found.push(...[...violations, ...small].map((text) => `${theme}: ${text}`));
      if (await page.evaluate<boolean>(SCROLLS)) found.push(`${theme}: the page scrolls`);
      await screen.shot(`look-console-${name}-${theme}`);
    }
    expect(found).toEqual([]);
  }

  const title = (text: string) => page.getByRole('heading', { name: text, level: 1 }).waitFor();
  const press = (name: string) => page.getByRole('button', { name }).click();

  it('sign in', () => check('sign-in', () => page.getByLabel(/^root fingerprint/).waitFor()));

  it('an empty cloud', async () => {
    await pasteToken(page, screen.host.adminToken);
    await check('fleet-empty', () => page.getByText('No station has joined yet').waitFor());
    for (const place of ['Stations', 'Batches', 'Units', 'Certificates', 'Orders', 'Onboarding', 'Courier']) {
      await go(`/${place.toLowerCase()}`);
      // Made of the same pieces as the first, which was held against all three themes.
      await check(`${place.toLowerCase()}-empty`, () => page.getByText(/^No .* yet$/).waitFor(), ['light']);
    }
  });

  it('a busy cloud', async () => {
    const { cloud } = screen.host;
    const made = await busyStation(screen.host, 'Ulm line 2', 4);
    ({ units } = made);
    stationId = made.station.membership.stationId;
    await inviteStation(cloud.context, {
      tenantId: cloud.tenant.id,
      actor: 'test',
      name: 'Lab bench 2',
      courier: false,
    });
    const broker = {
      name: 'Plant broker',
      kind: 'mosquitto',
      mode: 'devices',
      url: 'mqtts://127.0.0.1:1',
      ca: '',
    };
    const order = { number: 'PO-1840', stationId, allowance: 50, job: jobOf([]), files: [] };
    for (const [name, body] of [
      ['createTarget', broker],
      ['createOrder', order],
    ] as const)
      expect((await callApi(cloud, name, screen.host.adminToken, { body })).status).toBe(200);
    await go('/');
    await check('fleet', () => page.getByText('4 of 100').waitFor());
  });

  it('stations', async () => {
    await go('/stations');
    await check('stations', () => page.getByRole('row', { name: /Lab bench 2/ }).waitFor());
    await go(`/stations/${stationId}`);
    await check('station', () => page.getByText('Line key of the station').waitFor());
    await check('station-revoke', async () => {
      await press('Revoke station');
      await page.getByRole('dialog').waitFor();
    });
    await go('/stations/invite');
    await check('invite', async () => {
      await page.getByLabel('Name of the station').fill('Ulm line 3');
      await press('Make the invitation');
      await page.getByRole('img', { name: /QR code/ }).waitFor();
    });
  });

  it('batches and units', async () => {
    await go('/batches');
    await check('batches', () => page.getByRole('row', { name: /L-17/ }).waitFor());
    await page.getByRole('row', { name: /L-17/ }).click();
    await check('batch', () => page.getByRole('row', { name: /PASS/ }).first().waitFor());
    await go(`/units/${units[0]!.deviceId}`);
    for (const tab of ['Time line', 'Certificates', 'Record', 'Onboarding'])
      await check(`unit-${tab.toLowerCase().replace(' ', '-')}`, () =>
        page.getByRole('tab', { name: tab }).click(),
      );
  });

  it('certificates', async () => {
    await go('/certificates');
    await check('certificates', () =>
      page
        .getByRole('row', { name: /Active/ })
        .first()
        .waitFor(),
    );
    await go(`/certificates/${units[0]!.fingerprint}`);
    await check('certificate', () => page.getByText('Fingerprint', { exact: true }).waitFor());
    await check('certificate-revoke', async () => {
      await press('Revoke certificate');
      await page.getByRole('dialog').waitFor();
    });
  });

  it('orders, targets, courier', async () => {
    await go('/orders');
    await check('orders', () => page.getByRole('row', { name: /PO-1840/ }).waitFor());
    await check('order', async () => {
      await page.getByRole('row', { name: /PO-1840/ }).click();
      await page.getByRole('dialog').waitFor();
    });
    await go('/orders/new');
    await check('order-new', () => title('New order'));
    await go('/onboarding');
    await check('targets', () => page.getByText('Plant broker').waitFor());
    await press('Open Plant broker');
    await check('target', () => title('Plant broker'));
    await go('/onboarding/new');
    await check('target-new', () => title('New target: Mosquitto'));
    await go(`/courier/write/${stationId}`);
    await check('courier-write', () => title('Write a transfer'));
    await press('Write the transfer');
    await press('Show as QR codes instead');
    await check('frames', () => page.getByRole('img', { name: /^Code 1 of/ }).waitFor());
    await go('/courier/scan');
    await check('scan', async () => {
      for (const head of ['0123456789ABCDEF/1/9', 'FEDCBA9876543210/3/40']) {
        await page.getByLabel('Code', { exact: true }).fill(`RLQ1:${head}:00:`);
        await page.keyboard.press('Enter');
      }
      await page.getByText('That code is of another transfer').waitFor();
    });
    await go('/courier');
    await check('courier', () => page.getByRole('row', { name: /Written/ }).waitFor());
    await check('transfer', async () => {
      await page.getByRole('row', { name: /Written/ }).click();
      await page.getByRole('link', { name: /^File 1 of/ }).waitFor();
    });
  });

  it('log, access, about, help', async () => {
    await go('/log');
    await check('log', () => page.getByRole('row').nth(3).waitFor());
    await go('/access');
    await check('access', () => page.getByText('First administrator', { exact: true }).waitFor());
    await check('token-new', async () => {
      await press('New token');
      await page.getByLabel('Whose token').fill('ERP');
      await press('Make the token');
      await page.getByLabel('Secret of the token').waitFor();
    });
    await go('/about');
    await check('about', () => page.getByText('OpenAPI 3.1').waitFor());
    await check('help', async () => {
      await page.getByText('OpenAPI 3.1').waitFor();
      await page.keyboard.press('F1');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    });
  });

  it('no console error and no breach of the content security policy on any of them', () => {
    expect(unexpected(screen.problems)).toEqual([]);
  });
});
