import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { openBench } from '#drivers/virtual/bench.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';
import { fromDebian, headLines } from '../peers/recorded/head.ts';
import { startGuest } from '#scripts/guest/guest.ts';
import { GuestSite, plugIn, startOpenOcd } from './openocd-gdb.test-support.ts';

/**
 * Writes down what the GDB driver and a real OpenOCD say to each other in the guest, a line for each turn (`> hex` from the
 * driver, `< hex` from OpenOCD): `node test/guest/record-openocd.ts native-drivers/targets/gdb/openocd-0.12.txt`.
 * The acts are those of native-drivers/targets/gdb/openocd-recorded.test.ts, which plays them again.
 */
const START = 0x08000000;
/** Few: what is recorded is how a server speaks. */
const BYTES = 700;

const [file = ''] = process.argv.slice(2);
const guest = await startGuest();
const bench = await openBench({ target: 'cmsis-dap', sites: 1, speed: 'max' });
const [place] = bench.sites;
if (place === undefined) throw new Error('The bench has no site.');
const hands = await openBenchControl(place.control);
await plugIn(guest, new URL(place.link).port);
await startOpenOcd(guest);
const site = await GuestSite.start(guest);
await site.open('stm32f0-swd', true);

const bytes = Uint8Array.from(randomBytes(BYTES));
const image = await site.image(START, bytes);
await site.run('identify', { target: 'stm32f0-swd' });
await site.run('program', { image });
await site.run('verify', { image });
await site.run('read-memory', { address: 0xffffff00, length: 4 }).catch(() => undefined);
await site.run('protect', { level: 'RDP1' });
await site.run('initialize', {});
await site.run('initialize', {});
await site.run('read-state', {});
const turns = await site.close();

const { uid } = await hands.status();
const hex = (one: Uint8Array): string => Buffer.from(one).toString('hex');
const words = headLines({
  ...{ program: fromDebian('openocd'), by: `test/guest/record-openocd.ts ${file}` },
  ...{ target: 'stm32f0-swd', uid: uid ?? '-' },
});
const head = [...words, `image ${hex(bytes)}`];
writeFileSync(file, [...head, ...turns.map(({ way, bytes: said }) => `${way} ${hex(said)}`), ''].join('\n'));
await site.end();
await hands.close();
await bench.close();
await guest.close();
