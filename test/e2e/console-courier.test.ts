import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchBody, joinText, unitLines, unitMaker } from '#cloud/line/station-fixtures.ts';
import { FrameCollector, toFrames } from '#protocol/courier/qr.ts';
import { membership } from '#protocol/join.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';
import { callApi, CourierStation, jobOf } from '../integration/api.test-support.ts';
import { readQr } from './cloud.ts';
import { openConsole, pasteToken, unexpected, type ConsoleScreen } from './console-screen.ts';
import { scan } from './hands.ts';
import { pictureOfFailure } from './screen.ts';

/** What goes by stick, as the person with the stick does it. */
describe('courier in the console', { timeout: 60_000 }, () => {
  let screen: ConsoleScreen;
  let page: Page;
  let station: CourierStation;
  let written: Buffer;

  beforeAll(async () => {
    screen = await openConsole('Halder cloud');
    page = screen.page;
    await pasteToken(page, screen.host.adminToken);
  });
  afterEach(({ task }) => pictureOfFailure(screen, task));
  afterAll(() => screen.close());

  const place = (name: string) =>
    page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name }).click();
  const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
  const choose = (label: string) => page.getByLabel(label, { exact: true }).and(page.locator('input'));
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

  async function downloaded(act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([page.waitForEvent('download'), act()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  it('invites a station without a network by files both ways', async () => {
    await place('Stations');
    await press('Invite a station');
    await page.getByLabel('Name of the station').fill('Kastelholm cleanroom');
    await press('Courier, never a network');
    await press('Make the invitation');
    const invitation = await downloaded(() => press('Download the invitation'));
    expect(invitation.name).toBe('Kastelholm-cleanroom.rootline-invitation');
    expect(JSON.parse(invitation.bytes.toString())).toMatchObject({ format: 'rootline-invitation/1' });
    await screen.shot('console-invite-courier');
    const code = await page.getByText(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/).innerText();
    const { sealed } = joinText(code, await newAuthority(), 'Kastelholm cleanroom');
    await choose('Take in the join file').setInputFiles(
      file('join.json', Buffer.from(JSON.stringify(sealed))),
    );
    await page.getByText('Kastelholm cleanroom is a member.').waitFor();
    const answer = await downloaded(() => press('Download the membership'));
    expect(membership.parse(JSON.parse(answer.bytes.toString()))).toMatchObject({
      stationName: 'Kastelholm cleanroom',
    });
  });

  it('says of a file that is no join file what it is not', async () => {
    await choose('Take in the join file').setInputFiles(file('holiday.jpg', Buffer.from([0xff, 0xd8, 0xff])));
    await page.getByText('holiday.jpg is not the join file of a station.').waitFor();
  });

  it('takes a sealed file in, and says what was in it', async () => {
    station = await CourierStation.join(screen.host.cloud, 'Vault 7');
    const unit = await (await unitMaker(station.authority, 500))();
    const [part] = await station.seal([station.line('batch', batchBody()), ...unitLines(station, unit)]);
    await place('Courier');
    await choose('Choose files').setInputFiles(file(part!.name, part!.bytes));
    await page.getByText('Transfer 1 of Vault 7: taken in.').waitFor();
    await page.getByRole('row', { name: /Taken in.*From station.*Vault 7/ }).waitFor();
    await screen.shot('console-courier');
  });

  it('refuses a file that was altered, and nothing of it counts', async () => {
    const [part] = await station.seal([station.line('batch', batchBody({ state: 'closed' }))]);
    const altered = Buffer.from(part!.bytes);
    altered[altered.length - 40] = (altered[altered.length - 40] ?? 0) ^ 1;
    await choose('Choose files').setInputFiles(file(part!.name, altered));
    await page
      .getByRole('alert')
      .or(page.getByText(/Vault 7: refused/))
      .first()
      .waitFor();
    await screen.shot('console-courier-altered');
    await place('Batches');
    await page.getByRole('row', { name: /Open.*L-17/ }).waitFor();
  });

  it('takes codes that a scanner types, says which are missing, and takes the transfer in', async () => {
    // Another station, whose first transfer this is: the altered one of the other station left a gap.
    const vault = await CourierStation.join(screen.host.cloud, 'Vault 8');
    const sealed = async (lot: string) => {
      const [part] = await vault.seal([vault.line('batch', batchBody({ id: randomUUID(), lot }))]);
      return toFrames(part!.bytes);
    };
    const [frames, other] = [await sealed('L-18'), await sealed('L-19')];
    await place('Courier');
    await press('Scan codes');
    await page.getByText('none scanned yet').waitFor();
    await scan(page, 'EAN 4006381333931');
    await page.getByText('That was no code of a transfer, or it was cut off.').waitFor();
    const [first, second, ...rest] = frames;
    for (const frame of [first!, ...rest]) await scan(page, frame);
    await page.getByText('Code 2 still to come.').waitFor();
    await screen.shot('console-scan-missing');
    // From wherever the focus is: a space in a code presses no button.
    await page.getByRole('button', { name: 'Start over' }).focus();
    await scan(page, other[0]!);
    await page.getByText('That code is of another transfer').waitFor();
    await page.getByText(`1 of ${other.length} codes`).waitFor();
    await screen.shot('console-scan-other');
    await scan(page, second!);
    await page.getByText('Transfer 1 of Vault 8: taken in.').waitFor();
    await page.getByText('All codes are here.').waitFor();
    await screen.shot('console-scan-taken');
    await scan(page, frames[0]!);
    expect(await page.getByRole('alert').count()).toBe(0);
    await press('Start over');
    await page.getByText('none scanned yet').waitFor();
    for (const frame of frames) await scan(page, frame);
    await page
      .getByRole('alert')
      .getByText(/taken in before/)
      .waitFor();
    await screen.shot('console-scan-replay');
    await place('Batches');
    await page.getByRole('row', { name: /L-18/ }).waitFor();
    expect(await page.getByRole('row', { name: /L-19/ }).count()).toBe(0);
  });

  it('writes a transfer for the station and hands its file over', async () => {
    const body = {
      ...{ number: 'PO-7', stationId: station.membership.stationId, allowance: 5 },
      ...{ job: jobOf([]), files: [] },
    };
    await callApi(screen.host.cloud, 'createOrder', screen.host.adminToken, { body });
    await place('Courier');
    await press('Write a transfer');
    await page.getByRole('combobox', { name: 'Station' }).fill('Vault');
    await page.getByRole('option', { name: 'Vault 7' }).click();
    await press('Write the transfer');
    await page.getByText(/^Transfer \d+ for Vault 7: 1 sealed file/).waitFor();
    const part = await downloaded(() =>
      page
        .getByRole('link', { name: / · .*(KiB|MB|B)$/ })
        .first()
        .click(),
    );
    written = part.bytes;
    expect(written.byteLength).toBeGreaterThan(500);
    await screen.shot('console-courier-written');
  });

  it('shows the transfer as codes that a scanner puts together, by keys alone', async () => {
    await press('Show as QR codes instead');
    const id = page.url().split('/').at(-1) ?? '';
    const answer = await callApi(screen.host.cloud, 'getFrames', screen.host.adminToken, { params: { id } });
    const { frames } = answer.json as { frames: { text: string }[] };
    const collector = new FrameCollector();
    expect(frames.map(({ text }) => collector.add(text)).at(-1)?.sealed).toEqual(written);
    const picture = (code: number) => page.getByRole('img', { name: `Code ${code} of ${frames.length}` });
    for (const [key, code] of [
      ['ArrowRight', 2],
      ['ArrowLeft', 1],
      ['ArrowLeft', frames.length],
    ] as const) {
      await page.keyboard.press(key);
      await picture(code).waitFor();
    }
    await screen.shot('console-frames');
    // As small as it gets: what can be scanned then can be scanned at any size.
    await page.setViewportSize({ width: 1280, height: 640 });
    expect(await readQr(screen.browser, picture(frames.length))).toBe(frames.at(-1)?.text);
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await picture(2).waitFor();
  });

  it('broke no rule of its policy and left no error in the window', () => {
    expect(unexpected(screen.problems)).toEqual([]);
  });
});
