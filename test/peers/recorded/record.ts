import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { startVirtualBench, type BenchSite } from '#drivers/bench/virtual-bench.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';
import { openPseudoTerminal } from '#drivers/virtual/wire/pseudo-terminal.ts';
import { esptoolJs } from '#scripts/races/esptool.ts';
import { gdb } from '#scripts/races/gdb.ts';
import type { Peer } from '#scripts/races/race.ts';
import { stm32flash } from '#scripts/races/stm32flash.ts';
import { eccx08, ECCX08_BYTES } from './eccx08.ts';
import { fromDebian, headLines } from './head.ts';
import { pythonMcumgr } from './python-mcumgr.ts';
import { ra8Provisioning } from './ra8-provisioning.ts';
import { radfu, RADFU_BYTES } from './radfu.ts';
import { raflash, RAFLASH_BYTES } from './raflash.ts';
import { rxprog, RXPROG_ADDRESS } from './rxprog.ts';
import { spsdk } from './spsdk.ts';
import { WURTH_SDK_BYTES, wurthSdk } from './wurth-sdk.ts';

/**
 * Writes down what an independent program and a simulated part say to each other, a line for each turn (`> hex` from the
 * program, `< hex` from the part, `!` a reset by its lines, `^` and `_` the mode pin high and low, `~` a wait of the program's
 * for an answer that did not come): `node test/peers/recorded/record.ts stm32flash`. Played again by test/peers/recorded.test.ts.
 */
interface Take {
  peer: Peer;
  program: () => string;
  target: string;
  address: number;
  bytes?: number;
}
const TAKES: Readonly<Record<string, Take>> = {
  stm32flash: {
    ...{ peer: stm32flash, program: () => fromDebian('stm32flash') },
    ...{ target: 'stm32f4', address: 0x0800_0000 },
  },
  'gdb-multiarch': {
    ...{ peer: gdb, program: () => fromDebian('gdb-multiarch') },
    ...{ target: 'bmp', address: 0x0800_0000 },
  },
  'esptool-js': {
    ...{ peer: esptoolJs, program: () => fromNpm('esptool-js') },
    ...{ target: 'esp32c3', address: 0x1_0000 },
  },
  raflash: {
    // Its own version, and the commits that its files were read at.
    ...{ peer: raflash, program: () => 'raflash 0.0.1 of GitHub (robinkrens/raflash, 316adda and 313bddb)' },
    ...{ target: 'ra6m4', address: 0, bytes: RAFLASH_BYTES },
  },
  'ra8m1-provisioning-tool': {
    peer: ra8Provisioning,
    program: () =>
      'ra8m1-provisioning-tool 9cce71e of GitHub (cryptoquantique/renesas-ra8m1-provisioning-tool)',
    ...{ target: 'ra8m1', address: 0x0200_0000 },
  },
  'radfu-ra6m4': radfuOn('ra6m4', 0),
  'radfu-ra8m1': radfuOn('ra8m1', 0x0200_0000),
  rxprog: rxprogOn('RX65N', '09c5de9 and 0b85f56'),
  'rxprog-rx72t': rxprogOn('RX72T', '09c5de9 and fbf82c2'),
  spsdk: {
    ...{ peer: spsdk, program: () => 'spsdk 1.4.0 of GitHub (nxp-mcuxpresso/spsdk, 1bb01c9)' },
    ...{ target: 'nxp-puf', address: 0 },
  },
  'wurth-sdk': {
    // Commit of the driver and of the version; headers of its command files and what all its drivers share are of 0979f16.
    peer: wurthSdk,
    program: () => 'wurth-sdk 2.5.0 of GitHub (WurthElektronik/WirelessConnectivity-SDK_STM32, 68f6161)',
    ...{ target: 'cordelia', address: 0, bytes: WURTH_SDK_BYTES },
  },
  'python-mcumgr': {
    // Commit of its command line; its files were read at five that fit together. Where an image goes the board knows.
    ...{ peer: pythonMcumgr, program: () => 'python-mcumgr 4850625 of GitHub (lohmega/python-mcumgr)' },
    ...{ target: 'smp', address: 0 },
  },
  eccx08: {
    // Commit of its source; its header is the one that declares what is there.
    ...{ peer: eccx08, program: () => 'eccx08 026f415 of GitHub (arduino-libraries/ArduinoECCX08)' },
    ...{ target: 'atecc608', address: 0, bytes: ECCX08_BYTES },
  },
};

/** Commit of its main program and its protocol; its serial port, frames and headers are nearest to it in time. */
function radfuOn(target: string, address: number): Take {
  const program = (): string => 'radfu 55dd218 of GitHub (vjardin/radfu)';
  return { peer: radfu, program, target, address, bytes: RADFU_BYTES };
}

/** Its files were read at several commits, named here those of its main program and of its protocol. */
function rxprogOn(device: 'RX65N' | 'RX72T', commits: string): Take {
  const program = (): string => `rxprog 1.61 of GitHub (hirakuni45/RX, ${commits})`;
  return { peer: rxprog(device), program, target: device.toLowerCase(), address: RXPROG_ADDRESS };
}

function fromNpm(name: string): string {
  const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version} of npm`;
}
/** Few: what is recorded is how a program speaks. */
const BYTES = 700;

/** Longer than two writes of one program are apart, shorter than any waits for an answer: ms. */
const WAITED = 60;

class Turns {
  private readonly turns: { way: string; bytes: Uint8Array[] }[] = [];
  private last = 0;

  note(way: '>' | '<' | '!' | '^' | '_', bytes = new Uint8Array(0)): void {
    const now = performance.now();
    const repeats = way === '>' && this.turns.at(-1)?.way === way;
    if (repeats && now - this.last > WAITED) this.turns.push({ way: '~', bytes: [] });
    this.last = now;
    if (this.turns.at(-1)?.way !== way) this.turns.push({ way, bytes: [] });
    this.turns.at(-1)?.bytes.push(bytes);
  }

  lines(): string[] {
    return this.turns.map(({ way, bytes }) => `${way} ${Buffer.concat(bytes).toString('hex')}`.trim());
  }
}

/** A pseudo-terminal that leads to the site, and hears both ways. */
async function tapOn(site: BenchSite, turns: Turns): Promise<{ path: string; close(): Promise<void> }> {
  const part = await openSerial(site.port, 115_200);
  const tap = openPseudoTerminal((bytes) => {
    turns.note('>', Uint8Array.from(bytes));
    void part.write(bytes);
  });
  part.onData((bytes) => {
    turns.note('<', Uint8Array.from(bytes));
    tap.write(bytes);
  });
  const close = async (): Promise<void> => {
    tap.close();
    await part.close();
  };
  return { path: tap.path, close };
}

async function record(name: string): Promise<string> {
  const take = TAKES[name];
  if (take === undefined) throw new RangeError(`one of ${Object.keys(TAKES).join(', ')}`);
  const bench = await startVirtualBench({ target: take.target, sites: 1, speed: 'max' });
  const [site] = bench.sites;
  if (site === undefined) throw new Error('The bench has no site.');
  const hands = await openBenchControl(site.control);
  const { uid } = await hands.status();
  const turns = new Turns();
  const reset = (): Promise<void> => {
    turns.note('!');
    return hands.reset();
  };
  const setMode = (mode: 'boot' | 'run'): Promise<void> => {
    turns.note(mode === 'run' ? '^' : '_');
    return hands.setMode(mode);
  };
  const tap = await tapOn(site, turns);
  const image = randomBytes(take.bytes ?? BYTES);
  const peer = await take.peer.prepare({
    ...{ site: { ...site, port: tap.path }, hands: { ...hands, reset, setMode }, image },
    address: take.address,
  });
  await peer.run();
  const lines = turns.lines();
  // What follows may reset the part by its lines, of which no byte tells.
  await peer.dispose();
  await tap.close();
  await hands.close();
  await bench.stop();
  const head = headLines({
    ...{ program: take.program(), by: `test/peers/recorded/record.ts ${name}` },
    ...{ target: take.target, uid: uid ?? '-' },
  });
  return [...head, ...lines, ''].join('\n');
}

const [name = ''] = process.argv.slice(2);
writeFileSync(new URL(`${name}.txt`, import.meta.url), await record(name));
// A pseudo-terminal's reader keeps the process.
process.exit(0);
