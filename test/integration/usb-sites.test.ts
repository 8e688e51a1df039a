import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestStation, type TestStation } from './harness.ts';

let test: TestStation;
const bench = async () => (await test.callAs('engineer')('bench.get', {})).sites[0]!;

describe('a site whose part is the USB device itself', () => {
  beforeEach(async () => {
    test = await startTestStation({ sites: 1, target: 'stm32-dfu' });
  });
  afterEach(() => test.dispose());

  it('is empty while nothing is at its place, and a batch can be opened on it', async () => {
    const view = await test.until('A1', 'empty');
    expect(view.port).toMatch(/^usbip:\/\//);
    expect(view.error).toBeNull();
    expect(await bench()).toMatchObject({ online: true, error: null });
    await test.openBatch(1, 'YL7');
    await test.hands.insert('A1');
    expect((await test.until('A1', 'passed', 'failed', 'unknown')).run?.error ?? null).toBeNull();
    await test.hands.remove('A1');
    expect((await test.until('A1', 'empty')).run).toBeNull();
  });

  it('is offline, and says why, where the part is in and its cable is out', async () => {
    await test.hands.insert('A1');
    await test.until('A1', 'ready');
    await test.hands.cable('A1', false);
    const view = await test.until('A1', 'offline');
    expect(view.error).toMatchObject({ code: 'port-gone' });
    expect(await bench()).toMatchObject({ online: false });
    await test.hands.cable('A1', true);
    expect((await test.until('A1', 'ready')).error).toBeNull();
  });
});

describe('a site with a probe on USB', () => {
  beforeEach(async () => {
    test = await startTestStation({ sites: 1, target: 'stm32f0-dap' });
  });
  afterEach(() => test.dispose());

  it('is offline without its probe, whether a part is in or not', async () => {
    await test.until('A1', 'empty');
    await test.hands.cable('A1', false);
    expect((await test.until('A1', 'offline')).error).toMatchObject({ code: 'port-gone' });
    await test.hands.cable('A1', true);
    await test.until('A1', 'empty');
  });
});
