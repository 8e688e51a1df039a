import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { NxpBootClient } from '#drivers/protocols/nxp-boot/client.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBench, type Bench } from '../bench.ts';
import { openBenchControl, type BenchControl } from '../control-client.ts';

let bench: Bench;
let control: BenchControl;
let line: Transport;
beforeAll(async () => {
  bench = await openBench({ target: 'nxp-puf', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
  line = await openSerial(bench.sites[0]!.link, 115_200);
});
afterAll(async () => {
  await Promise.all([line.close(), control.close()]);
  await bench.close();
});
const phase = { signal: new AbortController().signal };

async function connect(): Promise<NxpBootClient> {
  const client = await NxpBootClient.connect(line, phase.signal);
  if (client === null) throw new TypeError('no answer');
  return client;
}

it('has all seven key operations, and a reset forgets what was not kept', async () => {
  const client = await connect();
  await client.enroll();
  await client.setIntrinsicKey(12, 32);
  await client.setUserKey(3, new Uint8Array(32).fill(1), phase);
  const store = await client.readKeyStore();
  await client.writeNonVolatile();
  await client.setIntrinsicKey(7, 16);
  expect(await client.readKeyStore()).not.toEqual(store);
  await client.readNonVolatile();
  expect(await client.readKeyStore()).toEqual(store);
  await client.reset();
  client.close();
  await expect.poll(async () => (await control.status()).baudRate, { interval: 2 }).toBe(0);
  const again = await connect();
  expect((await again.readKeyStore()).every((byte) => byte === 0)).toBe(true);
  await again.writeKeyStore(store, phase);
  expect(await again.readKeyStore()).toEqual(store);
  await expect(again.setIntrinsicKey(12, 32)).rejects.toMatchObject({ context: { status: 1 } });
  again.close();
});

it('an erase of all leaves the key store, and a write that the chip ends says why', async () => {
  const client = await connect();
  await client.write(0x200, new Uint8Array(512).fill(3), phase);
  // The second page is written already: the chip gives up in the midst of the third.
  await expect(client.write(0, new Uint8Array(2048).fill(4), phase)).rejects.toMatchObject({
    code: 'device-error',
    context: { command: '0x04', status: 10_203 },
  });
  await client.eraseAll(0x9de00);
  await expect(client.read(0, 16)).rejects.toMatchObject({ context: { status: 10_211 } });
  expect(Buffer.from(await client.read(0x9e600, 4)).toString('hex')).toBe('95959595');
  client.close();
});
