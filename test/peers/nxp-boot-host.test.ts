import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';

let bench: Bench;
let control: BenchControl;
beforeAll(async () => {
  bench = await openBench({ target: 'nxp-puf', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
});
afterAll(async () => {
  await control.close();
  await bench.close();
});
/** A fresh part, which will find whatever rate the next ping has. */
beforeEach(async () => {
  await control.remove();
  await control.insert();
});

interface Said {
  version: string;
  status: number;
  value: string | number[] | null;
}

/** A run of a host that shares no line with this project; one command per run, as with blhost. */
async function host(...args: string[]): Promise<Said> {
  const script = join(import.meta.dirname, 'nxp_boot_host.py');
  const { stdout } = await promisify(execFile)('python3', [script, bench.sites[0]!.port, '115200', ...args]);
  return JSON.parse(stdout) as Said;
}
const keys = (...args: string[]): Promise<Said> => host('key-provisioning', ...args);
const KEY_STORE = ['0x9e600', '512'] as const;

describe('a Python host on a simulated LPC55S69', () => {
  it('pings it again and again and reads its properties', async () => {
    const { uid } = await control.status();
    expect(await host('get-property', '1')).toEqual({ version: 'P1.2.0', status: 0, value: [0x4b030000] });
    expect((await host('get-property', '4')).value).toEqual([646_656]);
    const { value } = await host('get-property', '18');
    expect(Buffer.from(Uint32Array.from(value as number[]).buffer).toString('hex')).toBe(uid);
    expect(await host('get-property', '99')).toMatchObject({ status: 10_300 });
  });

  it('erases, writes in packets of 32 bytes, reads back; a page that nothing was written to is refused', async () => {
    const image = randomBytes(1200).toString('hex');
    expect(await host('flash-erase-region', '0x400', '0x800')).toMatchObject({ status: 0 });
    expect(await host('write-memory', '0x400', image)).toMatchObject({ status: 0 });
    expect((await host('read-memory', '0x400', '1200')).value).toBe(image);
    // Once written a page must be erased first.
    expect(await host('write-memory', '0x400', image)).toMatchObject({ status: 10_203 });
    expect(await host('flash-erase-all')).toMatchObject({ status: 0 });
    expect(await host('read-memory', '0x400', '16')).toMatchObject({ status: 10_211 });
    expect(await host('flash-erase-region', '0x10', '0x200')).toMatchObject({ status: 101 });
    expect(await host('read-memory', '0x4003b000', '4')).toMatchObject({ status: 10_200 });
  });

  it('enrolls, sets keys, keeps them; only what was kept is there after a reset', async () => {
    expect(await keys('set_key', '12', '32')).toMatchObject({ status: 1 });
    expect(await keys('enroll')).toMatchObject({ status: 0 });
    expect(await keys('set_key', '12', '32')).toMatchObject({ status: 0 });
    expect(await keys('set_user_key', '3', randomBytes(32).toString('hex'))).toMatchObject({ status: 0 });
    expect(await keys('write_key_nonvolatile', '0')).toMatchObject({ status: 0 });
    const { value: ram } = await keys('read_key_store');
    expect(await keys('set_key', '7', '16')).toMatchObject({ status: 0 });
    expect((await keys('read_key_store')).value).not.toBe(ram);
    expect(await host('reset')).toMatchObject({ status: 0 });
    expect((await keys('read_key_store')).value).toBe('00'.repeat(1536));
    expect(await keys('read_key_nonvolatile', '0')).toMatchObject({ status: 0 });
    expect((await keys('read_key_store')).value).toBe(ram);
    expect((await host('read-memory', ...KEY_STORE)).value).toBe(String(ram).slice(0, 1024));
    expect(await keys('set_key', '12', '32')).toMatchObject({ status: 1 });
  });

  it('writes a key store back; a sealed part keeps what it has', async () => {
    await keys('enroll');
    const { value: store } = await keys('read_key_store');
    await host('reset');
    expect(await keys('write_key_store', String(store))).toMatchObject({ status: 0 });
    await control.fault('sealed');
    expect(await keys('write_key_nonvolatile', '0')).toMatchObject({ status: 137 });
    expect((await host('read-memory', ...KEY_STORE)).value).toBe('00'.repeat(512));
    await control.fault(null);
    expect(await keys('write_key_nonvolatile', '0')).toMatchObject({ status: 0 });
    expect((await host('read-memory', ...KEY_STORE)).value).toBe(String(store).slice(0, 1024));
  });
});
