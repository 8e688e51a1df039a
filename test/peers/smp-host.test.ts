import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseMcubootImage } from '#drivers/images/mcuboot.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';

let bench: Bench;
let control: BenchControl;
beforeAll(async () => {
  bench = await openBench({ target: 'smp', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
});
afterAll(async () => {
  await control.close();
  await bench.close();
});
beforeEach(async () => {
  await control.fault(null);
  await control.remove();
  await control.insert();
  await control.setMode('boot');
  await control.reset();
});

type Said = Record<string, unknown>;
/** A run of a host that shares no line with this project. Version of SMP, longest line. */
async function host([version, line]: [0 | 1, number], ...args: string[]): Promise<Said> {
  const script = join(import.meta.dirname, 'smp_host.py');
  const words = [script, bench.sites[0]!.port, '115200', String(version), String(line), ...args];
  const { stdout } = await promisify(execFile)('python3', words);
  return JSON.parse(stdout) as Said;
}
const old = (...args: string[]) => host([0, 127], ...args);
const long = (...args: string[]) => host([1, 503], ...args);
const application = async (): Promise<void> => {
  await control.setMode('run');
  await control.reset();
};

describe('a Python host on a simulated MCUboot board', () => {
  it('asks the boot loader, which refuses what it was built without', async () => {
    expect(await old('ask', '2', '0', '0', '{"d":"hello"}')).toEqual({ r: 'hello' });
    expect(await old('ask', '0', '0', '6', '{}')).toEqual({ buf_size: 1024, buf_count: 1 });
    expect(await old('ask', '0', '1', '0', '{}')).toEqual({ images: [] });
    expect(await old('ask', '0', '65', '0', '{}')).toEqual({ rc: 8 });
    expect(await old('ask', '2', '1', '1', '{"off":5}')).toEqual({ rc: 3 });
  });

  it('asks an old boot loader, which takes what it does not have for done', async () => {
    await control.fault('plain-recovery');
    await control.reset();
    expect(await old('ask', '2', '1', '5', '{}')).toEqual({ rc: 0 });
    expect(await old('ask', '0', '1', '6', '{}')).toEqual({ rc: 0 });
    expect(await old('ask', '2', '1', '0', '{"confirm":true}')).toEqual({ images: [] });
  });

  it('uploads an image of its own making in short and in long lines; the board lists its hash', async () => {
    const first = await old('upload', '1.2.3.4', '9001', '200');
    expect(first).toMatchObject({
      last: { rc: 0 },
      images: [{ slot: 0, version: '1.2.3.4', hash: first['hash'] }],
    });
    const second = await long('upload', '2.0.0.0', '5000', '900');
    expect(second).toMatchObject({ images: [{ slot: 0, version: '2.0.0', hash: second['hash'] }] });
  });

  it('uploads to the application, tries the image, sees it run and sees it taken back', async () => {
    const first = await old('upload', '1.0.0.0', '4000', '600');
    await application();
    const second = await long('upload', '1.1.0.0', '4000', '700');
    expect(second).toMatchObject({ last: { match: true }, images: [{ slot: 0, active: true }, { slot: 1 }] });
    const { images } = await long('test', String(second['hash']));
    expect(images).toMatchObject([{ confirmed: true }, { pending: true, permanent: false }]);
    // The answer comes before the reset.
    expect(await long('ask', '2', '0', '5', '{}')).toEqual({ rc: 0 });
    await expect
      .poll(async () => (await long('ask', '0', '1', '0', '{}'))['images'], { timeout: 10_000 })
      .toMatchObject([{ hash: second['hash'], active: true, confirmed: false }, { hash: first['hash'] }]);
    expect(await long('ask', '2', '1', '5', '{}')).toEqual({ err: { group: 1, rc: 9 } });
    expect(await old('ask', '2', '1', '5', '{}')).toEqual({ rc: 6 });
    await control.reset();
    const after = await long('ask', '0', '1', '0', '{}');
    expect(after['images']).toMatchObject([{ hash: first['hash'], confirmed: true }, {}]);
  });

  it('confirms the image on trial, which then outlives a reset', async () => {
    const first = await old('upload', '1.0.0.0', '4000', '600');
    await application();
    const second = await old('upload', '1.1.0.0', '4000', '700');
    await old('test', String(second['hash']));
    await control.reset();
    const listed = async () => (await old('ask', '0', '1', '0', '{}'))['images'];
    expect(await listed()).toMatchObject([{ hash: second['hash'], confirmed: false }, {}]);
    const { images } = await old('ask', '2', '1', '0', '{"confirm":true}');
    expect(images).toMatchObject([{ hash: second['hash'], confirmed: true, active: true }, {}]);
    await control.reset();
    expect(await listed()).toMatchObject([
      { hash: second['hash'], confirmed: true },
      { hash: first['hash'] },
    ]);
  });

  it('is told who the part is by a boot loader that was built for it, and not by others', async () => {
    const { uid } = await control.status();
    expect(await old('ask', '0', '66', '0', '{}')).toMatchObject({ v: 1, uid, rot: 'none' });
    await control.fault('no-uid');
    await control.reset();
    expect(await old('ask', '0', '66', '0', '{}')).toEqual({ rc: 8 });
  });

  it('makes an image that this station reads as the same', async () => {
    const made = await old('image', '3.4.500.70000', 'a5'.repeat(777));
    const image = parseMcubootImage(Buffer.from(String(made['file']), 'hex'));
    expect(image).toMatchObject({ version: '3.4.500.70000', totalBytes: 32 + 777 + 40, signed: false });
    expect(Buffer.from(image.hash).toString('hex')).toBe(made['hash']);
  });
});
