import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { framePacket } from '#drivers/protocols/nxp-boot/frame.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBench, type Bench } from '../bench.ts';
import { openBenchControl, type BenchControl } from '../control-client.ts';
import { KeyStore } from './key-store.ts';

let bench: Bench;
let control: BenchControl;
let line: Transport;
const heard: Buffer[] = [];
beforeAll(async () => {
  bench = await openBench({ target: 'nxp-puf', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]!.control);
  line = await openSerial(bench.sites[0]!.link, 115_200);
  line.onData((bytes) => heard.push(Buffer.from(bytes)));
});
afterAll(async () => {
  await Promise.all([line.close(), control.close()]);
  await bench.close();
});

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ACK = '5a a1';

/** Says it and waits for just these bytes. */
async function exchange(out: Uint8Array | string, expected: string): Promise<void> {
  heard.length = 0;
  const wanted = hex(expected);
  await line.write(typeof out === 'string' ? hex(out) : out);
  await expect
    .poll(() => Buffer.concat(heard).length, { interval: 2, timeout: 3000 })
    .toBeGreaterThanOrEqual(wanted.length);
  expect(Buffer.concat(heard).toString('hex')).toBe(wanted.toString('hex'));
}

it('is deaf before the ping, answers each ping, and says byte for byte what the manual prints', async () => {
  await line.write(hex('00 ff 55 5a a4 04 00 6f 46 0b 00 00 00'));
  const pong = '5a a7 00 02 01 50 00 00 aa ea';
  await exchange('5a a6', pong);
  await exchange('5a a6', pong);
  // KL27 Sub-Family Reference Manual, Rev. 5, figure 13-11: flash-erase-region 0 1024.
  const erased = '5a a4 0c 00 ba 55 a0 00 00 02 00 00 00 00 02 00 00 00';
  await exchange('5a a4 0c 00 f9 a6 02 00 00 02 00 00 00 00 00 04 00 00', `${ACK} ${erased}`);
  await line.write(hex(ACK));
  // Figure 13-14: write-memory of 64 bytes to RAM, in packets of 32.
  const written = '5a a4 0c 00 23 72 a0 00 00 02 00 00 00 00 04 00 00 00';
  await exchange('5a a4 0c 00 a0 0e 04 01 00 02 00 04 00 20 40 00 00 00', `${ACK} ${written}`);
  await line.write(hex(ACK));
  await exchange(framePacket(0xa5, new Uint8Array(32).fill(1)), ACK);
  const broken = framePacket(0xa5, new Uint8Array(32).fill(2));
  broken[20] = 9;
  await exchange(broken, '5a a2');
  await exchange(framePacket(0xa5, new Uint8Array(32).fill(2)), `${ACK} ${written}`);
  // An answer that the host took for broken is said again.
  await exchange('5a a2', written);
  await line.write(hex(ACK));
  // Table 13-19: reset. Behind it the ROM knows no rate.
  const reset = Buffer.from(framePacket(0xa4, hex('a0 00 00 02 00 00 00 00 0b 00 00 00')));
  await exchange('5a a4 04 00 6f 46 0b 00 00 00', `${ACK}${reset.toString('hex')}`);
  await line.write(hex(ACK));
  await expect.poll(async () => (await control.status()).baudRate, { interval: 2, timeout: 3000 }).toBe(0);
  await exchange('5a a6', pong);
});

it('a host that ends a data phase with an empty packet is told so, and may go on', async () => {
  await control.reset();
  await exchange('5a a6', '5a a7 00 02 01 50 00 00 aa ea');
  const started = '5a a4 0c 00 23 72 a0 00 00 02 00 00 00 00 04 00 00 00';
  await exchange('5a a4 0c 00 a0 0e 04 01 00 02 00 04 00 20 40 00 00 00', `${ACK} ${started}`);
  await line.write(hex(ACK));
  const end = Buffer.from(framePacket(0xa5, new Uint8Array(0)));
  const aborted = framePacket(0xa4, hex('a0 00 00 02 12 27 00 00 04 00 00 00'));
  await exchange(end, `${ACK}${Buffer.from(aborted).toString('hex')}`);
  await line.write(hex(ACK));
  await exchange('5a a6', '5a a7 00 02 01 50 00 00 aa ea');
});

it('a key code makes its key on its own part and on no other', () => {
  const [one, other] = [new KeyStore(new Uint8Array(16).fill(1)), new KeyStore(new Uint8Array(16).fill(2))];
  const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  one.enroll();
  expect(one.set(11, key, false)).toBe(true);
  expect(Buffer.from(one.rebuild(one.ram, 11) ?? [])).toEqual(key);
  expect(other.rebuild(one.ram, 11)).toBeNull();
  const kept = Uint8Array.from(one.ram);
  one.reset();
  expect(Buffer.from(one.rebuild(kept, 11) ?? [])).toEqual(key);
});
