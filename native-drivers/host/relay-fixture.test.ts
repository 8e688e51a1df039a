import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startVirtualBench } from '../bench/virtual-bench.ts';
import type { DriverHost } from '../core/host-api.ts';
import { gpioLine, relayFrame } from '../transports/control/board-kinds.ts';
import {
  simulateGpio,
  simulateRelays,
  type SimulatedRelays,
} from '../transports/control/relay-simulator.test-support.ts';
import { openPtyPair, type PtyPair } from '../transports/pty-pair.test-support.ts';
import { openBenchControl, type BenchControl } from '../virtual/control-client.ts';
import { createDriverHost } from './client.ts';
import { spawnForked } from './fork.ts';

const RESET = 1;
const MODE = 2;
const OTHER_RESET = 3;
const OTHER_MODE = 4;

let bench: Awaited<ReturnType<typeof startVirtualBench>>;
let hands: BenchControl[];
let cable: PtyPair;
let relays: SimulatedRelays;
let host: DriverHost;

/** A fixture whose relays pull the reset and mode pins of the simulated sockets. */
beforeEach(async () => {
  bench = await startVirtualBench({ target: 'ra8m1', sites: 2, speed: 'max' });
  hands = await Promise.all(bench.sites.map(({ control }) => openBenchControl(control)));
  cable = await openPtyPair();
  relays = await simulateRelays(cable.b, async (channel, closed) => {
    const socket = hands[channel > MODE ? 1 : 0]!;
    if (channel === MODE || channel === OTHER_MODE) await socket.setMode(closed ? 'boot' : 'run');
    // The chip begins anew as the line is released.
    else if (!closed) await socket.reset();
  });
  host = createDriverHost(() => spawnForked(fileURLToPath(new URL('main.ts', import.meta.url))));
});
afterEach(async () => {
  await host.close();
  await relays.stop();
  await cable.pull();
  await Promise.all(hands.map((one) => one.close()));
  await bench.stop();
});

const openOn = (index: 0 | 1) => {
  const { id, link } = bench.sites[index]!;
  const [reset, mode] = index === 0 ? [RESET, MODE] : [OTHER_RESET, OTHER_MODE];
  return host.openSite(id, { path: link, control: { kind: 'relay', path: cable.a, reset, mode } }, 'ra8m1');
};
const identify = async (index: 0 | 1) => {
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  return (await host.run(bench.sites[index]!.id, 'identify', { target: 'ra8m1' }, options)).output.chipUid;
};

it('commands are those that the boards take', () => {
  expect(Buffer.from(relayFrame(1, true)).toString('hex')).toBe('a00101a2');
  expect(Buffer.from(relayFrame(1, false)).toString('hex')).toBe('a00100a1');
  expect(Buffer.from(relayFrame(64, true)).toString('hex')).toBe('a04001e1');
  const lines = [gpioLine(0, true), gpioLine(9, false), gpioLine(10, true), gpioLine(31, false)];
  expect(lines.map((line) => Buffer.from(line).toString('latin1'))).toEqual([
    'gpio clear 0\r',
    'gpio set 9\r',
    'gpio clear A\r',
    'gpio set V\r',
  ]);
});

it('relays bring a part into its boot ROM, and two sites share one board', async () => {
  expect(await openOn(0)).toMatchObject({ part: null });
  await openOn(1);
  const [first, second] = await Promise.all([identify(0), identify(1)]);
  expect(first).toBe((await hands[0]!.status()).uid);
  expect(second).toBe((await hands[1]!.status()).uid);
  expect([...relays.closed].sort()).toEqual([MODE, OTHER_MODE]);
  expect(relays.skipped()).toBe(0);
  await host.closeSite(bench.sites[0]!.id);
  expect(await identify(1)).toBe(second);
});

it('a board that is not there keeps its site from opening; one that is pulled fails the next act as port-gone', async () => {
  const { id, link } = bench.sites[0]!;
  const missing = { kind: 'relay', path: `${cable.a}-none`, reset: RESET, mode: MODE } as const;
  await expect(host.openSite(id, { path: link, control: missing }, 'ra8m1')).rejects.toMatchObject({
    code: 'port-missing',
  });
  await openOn(0);
  await identify(0);
  await cable.pull();
  await expect(identify(0)).rejects.toMatchObject({ code: expect.stringMatching(/^port-/) as string });
});

it('a GPIO board brings a part into its boot ROM, and one that does not answer is named', async () => {
  const lines = await openPtyPair();
  const moved: [number, boolean][] = [];
  const pins = await simulateGpio(lines.b, async (pin, low) => {
    moved.push([pin, low]);
    if (pin === 11) await hands[0]!.setMode(low ? 'boot' : 'run');
    else if (!low) await hands[0]!.reset();
  });
  const { id, link } = bench.sites[0]!;
  const control = { kind: 'relay', board: 'gpio', path: lines.a, reset: 0, mode: 11 } as const;
  await host.openSite(id, { path: link, control }, 'ra8m1');
  expect(await identify(0)).toBe((await hands[0]!.status()).uid);
  expect(pins.skipped()).toBe(0);
  expect(moved.slice(0, 4)).toEqual([
    [0, false],
    [11, true],
    [0, true],
    [0, false],
  ]);
  await pins.stop();
  await expect(host.openSite(id, { path: link, control }, 'ra8m1')).rejects.toMatchObject({
    code: 'no-answer',
    chip: 'untouched',
  });
  await lines.pull();
});

it('sites of two families share one board', async () => {
  const other = await startVirtualBench({ target: 'stm32f4', sites: 1, speed: 'max' });
  const { id, link } = other.sites[0]!;
  await openOn(0);
  const control = { kind: 'relay', path: cable.a, reset: OTHER_RESET, mode: OTHER_MODE } as const;
  await host.openSite(`S${id}`, { path: link, control }, 'stm32f4');
  expect(await identify(0)).toBe((await hands[0]!.status()).uid);
  expect([...relays.closed]).toContain(MODE);
  await other.stop();
});
