import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ target: 'ra8m1', sites: 1, speed: 'wire' });
});
afterAll(async () => bench.close());

interface Reading {
  bootCode: number;
  uid: string;
  product: string;
  areas: { kind: number; start: number; end: number }[];
  dlm: number;
  protection: number;
}

/** A run of a program that shares no line with this project. */
async function read(): Promise<Reading> {
  const script = join(import.meta.dirname, 'ra_boot_reader.py');
  const { stdout } = await promisify(execFile)('python3', [script, bench.sites[0]!.port]);
  return JSON.parse(stdout) as Reading;
}

it('a Python program opens the port like a cable, twice in a row, and reads what is in the socket', async () => {
  const control = await openBenchControl(bench.sites[0]!.control);
  const { uid } = await control.status();
  await control.close();
  const reading = await read();
  expect(reading).toMatchObject({ bootCode: 0xc6, uid, dlm: 0x04, protection: 0x02 });
  expect(reading.product).toMatch(/^R7FA8M1/);
  expect(reading.areas[0]).toMatchObject({ kind: 0, start: 0x0200_0000 });
  expect(await read()).toEqual(reading);
});
