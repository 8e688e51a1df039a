import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';

const run = promisify(execFile);
let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ target: 'cdc', sites: 1, speed: 'max' });
});
afterAll(() => bench.close());

it('usbip of the Linux project lists the adapter with its interfaces', async () => {
  const port = new URL(bench.sites[0]?.link ?? '').port;
  const { stdout } = await run('/usr/sbin/usbip', ['--tcp-port', port, 'list', '-r', '127.0.0.1']);
  expect(stdout).toMatch(/1-1: .*\(1209:0001\)/);
  expect(stdout).toMatch(/0 - .*\(02\/02\/01\)/);
  expect(stdout).toMatch(/1 - .*\(0a\/00\/00\)/);
});
