import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callFromPage, pressUntil, scan } from './hands.ts';
import { openScreen, pictureOfFailure, type OpenScreen } from './screen.ts';
import { signIn, signOut } from './steps.ts';

const CODE = 'ABCD-EFGH-IJKL-MNO2';
const QR = `RLJ1;U=https://cloud.nowhere.invalid:7443;C=${CODE};F=9f3c11a0b7d2e845`;
const button = (name: string) => `button:text-is("${name}")`;

/** Something that takes connections and is no cloud: it hangs up at once. */
async function stranger(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** An address where nobody answers: the port was free a moment ago. */
async function nobody(): Promise<string> {
  const server = await stranger();
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}

describe('a station without a cloud', { timeout: 60_000 }, () => {
  let screen: OpenScreen;
  let page: Page;

  beforeAll(async () => {
    screen = await openScreen({ speed: 'max' });
    page = screen.page;
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(() => screen.close());

  const next = () => page.getByRole('button', { name: 'Next' });
  async function ask(address: string, code: string): Promise<void> {
    await page.getByLabel('Address of the cloud').fill(address);
    await page.getByLabel('One-time code').fill(code);
  }

  it('says so in the header, which leads to what a cloud would bring', async () => {
    await signIn(page, 'operator');
    await page.getByRole('banner').getByRole('link', { name: 'No cloud set up' }).click();
    await page.getByText('belongs to no cloud yet').waitFor();
    await screen.shot('sync-1-none');
  });

  it('leaves joining to the engineer, on the screen and past it', async () => {
    await page.getByText('An engineer or the security officer joins').waitFor();
    expect(await page.getByRole('button', { name: 'Join a cloud' }).count()).toBe(0);
    await scan(page, QR);
    await page.getByText('Your role does not join clouds').waitFor();
    for (const [channel, request] of [
      ['sync.look', { address: 'x' }],
      ['sync.goOn', { reason: 'because' }],
      ['onboarding.remove', { id: '7f6d1c1e-7a39-4d3e-9d0a-3b1f0e5a9c11' }],
    ] as const)
      expect(await callFromPage(page, channel, request)).toMatchObject({
        ok: false,
        error: { code: 'not-allowed' },
      });
  });

  it('a scanned invitation leads to the wizard from anywhere, with both filled in', async () => {
    await signOut(page);
    await signIn(page, 'engineer');
    await page.keyboard.press('Alt+3');
    await scan(page, QR);
    await page.getByText('Scanned.').waitFor();
    expect(await page.getByLabel('Address of the cloud').inputValue()).toBe(
      'https://cloud.nowhere.invalid:7443',
    );
    expect(await page.getByLabel('One-time code').inputValue()).toBe(CODE);
    expect(page.url()).not.toContain('ABCD');
    await screen.shot('sync-2-scanned');
  });

  it('says what is missing, and which sign cannot stand in a code', async () => {
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Join a cloud' }).click();
    expect(await next().isDisabled()).toBe(true);
    await ask('cloud.plant', 'abcd 0');
    await page.getByText('A code has no 0').waitFor();
    await ask('cloud.plant', 'abcd efgh ijkl mno2');
    expect(await page.getByLabel('One-time code').inputValue()).toBe(CODE);
    expect(await next().isEnabled()).toBe(true);
  });

  it('an address that is none is refused in plain words, and nothing is lost of what was typed', async () => {
    await ask('http://not a cloud', CODE);
    await next().click();
    await page.getByRole('alert').getByText('This is no address of a cloud.').waitFor();
    expect(await page.getByLabel('One-time code').inputValue()).toBe(CODE);
    await screen.shot('sync-3-no-address');
  });

  it('nobody there, and somebody who is no cloud: each is told, by keys alone', async () => {
    const server = await stranger();
    const { port } = server.address() as AddressInfo;
    for (const address of [await nobody(), `127.0.0.1:${port}`]) {
      await ask(address, CODE);
      await page.keyboard.press('Enter');
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.innerText()).toContain('Nothing of this station has left it.');
      await pressUntil(page, 'Tab', button('Next'));
    }
    server.close();
    await screen.shot('sync-4-nobody');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('belongs to no cloud yet').waitFor();
  });

  it('without a line: a file that is no invitation is refused', async () => {
    await page.getByRole('button', { name: 'Join without a line' }).click();
    await page.getByText('I have the membership file').waitFor();
    expect(await next().isDisabled()).toBe(true);
    await screen.shot('sync-5-by-file');
    expect(await callFromPage(page, 'sync.lookFile', { file: '/nowhere/at/all' })).toMatchObject({
      ok: false,
      error: { code: 'join-file' },
    });
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  it('has nothing to carry by courier, and says what comes first', async () => {
    await page.getByRole('link', { name: 'Courier' }).click();
    await page.getByText('Join one first').waitFor();
    expect(await page.getByRole('button', { name: 'Write what waits' }).count()).toBe(0);
    await screen.shot('sync-6-courier');
  });

  it('has no target; one with a path in its address is refused before it is sent', async () => {
    await page.getByRole('link', { name: 'Targets' }).click();
    await page.getByText('No target on this station').waitFor();
    await page.getByRole('button', { name: 'Add a broker' }).click();
    await page.getByLabel('Name').fill('Plant broker');
    await page.getByLabel('Address').fill('mqtts://broker/path');
    await page.getByText('without a path').waitFor();
    expect(await page.getByRole('button', { name: 'Add', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    expect(screen.problems).toEqual([]);
  });
});
