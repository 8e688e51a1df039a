import { describe, expect, it, vi } from 'vitest';
import { Site } from '#drivers/host/site.ts';
import { loadTarget } from '#drivers/targets/registry.ts';
import { openBench } from '#drivers/virtual/bench.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';

const images = {
  get: (): never => {
    throw new RangeError('no image is used');
  },
};

describe('a site on USB', () => {
  it('loses its port with the cable and has it again, at the same path', async () => {
    const bench = await openBench({ target: 'dfu', sites: 1, speed: 'max' });
    const { link: path = '', control: socket = '' } = bench.sites[0] ?? {};
    const hands = await openBenchControl(socket);
    const heard: string[] = [];
    const driver = await loadTarget('stm32-dfu');
    const control = { kind: 'bench', socket } as const;
    const site = await Site.open('A1', { path, control }, { driver, images }, ({ type }) => heard.push(type));
    expect(await hands.cable(false)).toBeNull();
    await vi.waitUntil(() => heard.includes('port-gone'));
    expect(await hands.cable(true)).toBe(path);
    await vi.waitUntil(() => heard.includes('port-back'), { timeout: 10_000 });
    await site.close();
    await hands.close();
    await bench.close();
  });
});
