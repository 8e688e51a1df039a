import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startVirtualBench, type VirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { HostEvent } from '#drivers/core/host-api.ts';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { loadTarget } from '../registry.ts';

const START = 0x08000000;
const image: Image = {
  ...{ sha256: '0'.repeat(64), format: 'binary', entryPoint: null },
  segments: [{ address: START, bytes: Uint8Array.from({ length: 5000 }, (_, index) => index & 0xff) }],
};

let bench: VirtualBench;
let hands: BenchControl;
let site: Site;
let events: HostEvent[];
beforeAll(async () => {
  bench = await startVirtualBench({ target: 'bmp', sites: 1, speed: 'max' });
  hands = await openBenchControl(bench.sites[0]!.control);
});
afterAll(async () => {
  await hands.close();
  await bench.stop();
});
beforeEach(async () => {
  await hands.fault(null);
  await hands.remove();
  await hands.insert();
  events = [];
  const { link, control } = bench.sites[0]!;
  const driver = await loadTarget('stm32f4-swd');
  const spec = { path: link, control: { kind: 'bench' as const, socket: control } };
  site = await Site.open('A1', spec, { driver, images: { get: () => image } }, (event) => events.push(event));
});
afterEach(() => site.close());

const ask = async <K extends OperationName>(operation: K, input: OperationInput<K>) =>
  (await site.run(operation, input, { signal: new AbortController().signal, progress: () => undefined }))
    .output;
const identify = () => ask('identify', { target: 'stm32f4-swd' });

/** The probe has carried out what it was told, and its answer is lost. */
const answerLost = () =>
  vi.waitFor(async () => expect((await hands.status()).faults).toEqual([]), { timeout: 10_000, interval: 5 });

async function pulledWhile<K extends OperationName>(operation: K, input: OperationInput<K>, fault: string) {
  await hands.fault(fault);
  const failed = ask(operation, input).catch((error: unknown) => error);
  await answerLost();
  await hands.cable(false);
  const error = await failed;
  await hands.cable(true);
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('port-back'), { timeout: 10_000 });
  return error;
}

describe('faults between station, probe and part', () => {
  it('cable-pulled-during-erase: the part is programmed once the cable is back, in the same session', async () => {
    await identify();
    const error = await pulledWhile('program', { image: image.sha256 }, 'drop-answer 76');
    expect(error).toMatchObject({ code: 'port-gone', chip: 'not-locked' });
    await ask('program', { image: image.sha256 });
    expect(await ask('verify', { image: image.sha256 })).toMatchObject({ bytes: 5000 });
  });

  it('answer-lost-after-lock: nothing is sent twice, the level is read', async () => {
    await identify();
    const error = await pulledWhile('protect', { level: 'RDP1' }, 'drop-answer 71');
    expect(error).toMatchObject({ code: 'port-gone', chip: 'not-locked' });
    expect(await ask('read-state', {})).toMatchObject({ lifecycle: { dlm: 'RDP1' } });
    await expect(ask('program', { image: image.sha256 })).rejects.toMatchObject({ code: 'protected' });
  });

  it('chip-swapped-mid-run, while the cable was out: noticed before it is changed', async () => {
    const { chipUid } = await identify();
    await pulledWhile('program', { image: image.sha256 }, 'drop-answer 76');
    await hands.remove();
    await hands.insert();
    await expect(ask('program', { image: image.sha256 })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
      context: { expected: chipUid },
    });
  });

  it('stale-bytes-at-open and noise before the first answer are passed over', async () => {
    await hands.fault('garbage 71');
    expect((await identify()).chipUid).toBe((await hands.status()).uid);
  });

  it('an empty socket is silent', async () => {
    await hands.remove();
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
  });
});
