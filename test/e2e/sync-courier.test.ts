import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consoleWindow, groups, openCloud, signInAtConsole, type CloudHost } from './cloud.ts';
import { openScreen, pictureOfFailure, type OpenScreen, type Screen } from './screen.ts';
import { insert, openBatch, signIn, until } from './steps.ts';

/** A station that never sees a network: everything between it and the cloud goes over one folder, the stick. */
describe('a station without a line joins and syncs by stick', { timeout: 120_000 }, () => {
  const stick = mkdtempSync(join(tmpdir(), 'rootline-stick-'));
  let host: CloudHost;
  let screen: OpenScreen;
  let page: Page;
  let office: Screen;
  let desk: Page;
  let code: string;

  beforeAll(async () => {
    host = await openCloud('Plant North');
    screen = await openScreen({ speed: 'max', sites: 1 });
    page = screen.page;
    office = await consoleWindow(screen.browser);
    desk = office.page;
  }, 120_000);
  afterEach(async ({ task }) => {
    await pictureOfFailure(screen, task);
    if (task.result?.state === 'fail') await office.shot('failed-sync-courier-console');
  });
  afterAll(async () => {
    await screen.close();
    await host.dispose();
    rmSync(stick, { recursive: true, force: true });
  });

  /** Presses a button of the console and puts the file that it hands out on the stick. */
  async function ontoStick(button: RegExp | string): Promise<string> {
    const [file] = await Promise.all([
      desk.waitForEvent('download'),
      desk
        .getByRole('button', { name: button })
        .or(desk.getByRole('link', { name: button }))
        .first()
        .click(),
    ]);
    const path = join(stick, file.suggestedFilename());
    await file.saveAs(path);
    return path;
  }
  const onStick = (ending: string): string[] =>
    readdirSync(stick)
      .filter((name) => name.endsWith(ending))
      .map((name) => join(stick, name));
  async function chooseStick(): Promise<void> {
    await page.getByRole('radio', { name: 'Another folder of this station' }).check();
    await page.getByLabel('Folder', { exact: true }).fill(stick);
  }

  it('the console makes an invitation for the stick', async () => {
    await signInAtConsole(desk, host);
    await desk.getByRole('link', { name: 'Stations', exact: true }).click();
    await desk.getByRole('button', { name: 'Invite a station' }).first().click();
    await desk.getByLabel('Name of the station').fill('Cellar');
    await desk.getByRole('button', { name: /^Courier/ }).click();
    await desk.getByRole('button', { name: 'Make the invitation' }).click();
    code = await desk.getByText(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/).innerText();
    await ontoStick('Download the invitation');
  });

  it('the station reads it, people compare, and the request goes on the stick', async () => {
    await signIn(page, 'engineer');
    await page.keyboard.press('Alt+5');
    await page.getByRole('button', { name: 'Join without a line' }).click();
    await chooseStick();
    await page.getByLabel('One-time code').fill(code);
    await page.getByRole('button', { name: 'Next' }).click();
    const here = await page.getByRole('group', { name: 'Fingerprint of the cloud' }).innerText();
    const there = await desk.getByLabel(/^root fingerprint/).getAttribute('aria-label');
    expect(groups(here)).toHaveLength(16);
    expect(groups(here)).toEqual(groups(there ?? ''));
    await page.getByRole('button', { name: /^It is the same/ }).click();
    await page.getByText('The request is written.').waitFor();
    await screen.shot('sync-courier-1-request');
  });

  it('a membership that is not there yet is refused, and nothing is lost', async () => {
    await page.getByRole('button', { name: 'Read the membership file' }).click();
    await page.getByRole('alert').getByText('The file is not the one that is wanted here.').waitFor();
    await page.getByText('The request is written.').waitFor();
  });

  it('the console answers with the membership; the station is in', async () => {
    const [request] = onStick('.json');
    await desk.getByLabel('Take in the join file').setInputFiles(request ?? '');
    await ontoStick('Download the membership');
    await page.getByRole('button', { name: 'Read the membership file' }).click();
    await page.getByTestId('joined').waitFor();
    await screen.shot('sync-courier-2-joined');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.locator('[data-testid="line"][data-state="courier"]').waitFor();
    await page
      .getByRole('banner')
      .getByRole('link', { name: /^By courier/ })
      .waitFor();
  });

  it('what is made goes on the stick, sealed and numbered', async () => {
    await openBatch(page, 'LOT-C', 1);
    await insert(page, 'A1');
    await until(page, 'A1', 'passed');
    await page
      .getByRole('banner')
      .getByRole('link', { name: /^By courier · \d+ waiting$/ })
      .click();
    await page.getByRole('button', { name: 'Go to the courier' }).click();
    await chooseStick();
    await page.getByRole('button', { name: 'Write what waits' }).click();
    await page.getByTestId('courier-result').getByText('To the cloud 1 is written').waitFor();
    await page.getByText('On its way').waitFor();
    expect(onStick('.rlc').length).toBeGreaterThan(0);
    await screen.shot('sync-courier-3-written');
  });

  it('the cloud takes it in: the batch is there', async () => {
    await desk.getByRole('link', { name: 'Courier', exact: true }).click();
    await desk.getByLabel('Choose files').setInputFiles(onStick('.rlc'));
    await desk.getByText('Everything in it is here.').waitFor();
    await desk.getByRole('link', { name: 'Batches', exact: true }).click();
    await desk.getByRole('row', { name: /LOT-C/ }).waitFor();
  });

  it('its acknowledgement comes back on the stick; what waits now is the answer to it alone', async () => {
    for (const path of onStick('.rlc')) rmSync(path);
    await desk.getByRole('link', { name: 'Courier', exact: true }).click();
    await desk.getByRole('button', { name: 'Write a transfer' }).click();
    await desk.getByLabel('Station').fill('Cellar');
    await desk.getByRole('option', { name: /Cellar/ }).click();
    await desk.getByRole('button', { name: 'Write the transfer' }).click();
    await ontoStick(/\.rlc|Download/);
    await page.getByRole('button', { name: 'Read what is there' }).click();
    await page.getByTestId('courier-result').getByText('Taken in.').waitFor();
    await page.getByText('To the cloud 1').locator('..').getByText('Acknowledged').waitFor();
    await page.getByText('1 record waits to go up.').waitFor();
    await screen.shot('sync-courier-4-acknowledged');
  });

  it('the same stick again changes nothing and is named', async () => {
    await page.getByRole('button', { name: 'Read what is there' }).click();
    await page.getByTestId('courier-result').getByText('Nothing new was taken in.').waitFor();
    await screen.shot('sync-courier-5-again');
    await page.getByText('1 record waits to go up.').waitFor();
    expect(screen.problems).toEqual([]);
  });
});
