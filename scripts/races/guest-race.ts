import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startVirtualBench, type BenchSite } from '#drivers/bench/virtual-bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { startGuest, type Guest } from '../guest/guest.ts';
import { freshPart, race, ROUNDS, type Course, type GuestPeer, type RaceResult } from './race.ts';

const LAP = fileURLToPath(new URL('in-guest/lap.ts', import.meta.url));
const IMAGE = '/tmp/in.bin';

/** Seconds, the best of each side. */
interface GuestTimes {
  us: number;
  peer: number;
}

/** Both sides in turn in the guest, on the bench of this machine, each on a fresh part. */
async function raceInGuest(course: Course, peer: GuestPeer, guest: Guest): Promise<GuestTimes> {
  const bench = await startVirtualBench({ target: course.virtual, sites: 1, speed: 'wire' });
  try {
    const [site] = bench.sites;
    if (site === undefined) throw new Error('The bench has no site.');
    const hands = await openBenchControl(site.control);
    await guest.runInGuest(`echo ${randomBytes(course.bytes).toString('base64')} | base64 -d > ${IMAGE}`);
    const laps = { us: Infinity, peer: Infinity };
    for (let round = 0; round < ROUNDS; round += 1) {
      laps.us = Math.min(laps.us, await lap(ourLine(course), site, hands, guest));
      laps.peer = Math.min(laps.peer, await lap(peerLine(peer, course), site, hands, guest));
    }
    await hands.close();
    return laps;
  } finally {
    await bench.stop();
  }
}

/** Each line of shell prints its seconds last. `$PLACE`: the device's place on the guest's bus. */
const ourLine = ({ target, address }: Course): string =>
  `node ${LAP} ${target} usb:$PLACE ${address} ${IMAGE}`;

/** The shell's own clock: no other program is in the time but the peer, and its start is taken off. */
function peerLine(peer: GuestPeer, { address }: Course): string {
  const command = peer.command(IMAGE, `0x${address.toString(16)}`);
  return [
    ...["bash <<'END'", 'set -e'],
    `a=$EPOCHREALTIME; ${peer.start} >/dev/null 2>&1; b=$EPOCHREALTIME`,
    `${command} >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }; c=$EPOCHREALTIME`,
    ...['echo | awk "{ print ($c - $b) - ($b - $a) }"', 'END'],
  ].join('\n');
}

async function lap(line: string, site: BenchSite, hands: BenchControl, guest: Guest): Promise<number> {
  await hands.cable(false);
  await guest.runInGuest('until_true bus_empty');
  await freshPart(hands, undefined);
  await hands.cable(true);
  const attach = `PLACE=$(attach ${new URL(site.link).port})`;
  await guest.runInGuest(`${attach}; echo $PLACE > /tmp/place`);
  await hands.resetClock();
  const said = await guest.runInGuest(`PLACE=$(cat /tmp/place)\n${line}`);
  const { behindSeconds } = await hands.clock();
  return Number(said.trim().split('\n').at(-1)) - behindSeconds;
}

/** The guest that the first course to need one starts; null where it does not come up, which is said once. */
export class GuestOnce {
  private guest: Promise<Guest | null> | null = null;

  get(): Promise<Guest | null> {
    this.guest ??= startGuest().catch((error: unknown) => {
      process.stderr.write(`No guest with a USB bus, no peer there: ${(error as Error).message}\n`);
      return null;
    });
    return this.guest;
  }

  async close(): Promise<void> {
    await (await this.guest)?.close();
  }
}

/** On this machine; where the peer needs the guest, both sides in it too. */
export async function raceAnywhere(course: Course, guests: GuestOnce): Promise<RaceResult> {
  const result = await race(course);
  const { peerInGuest } = course;
  if (peerInGuest === undefined) return result;
  const guest = await guests.get();
  if (guest === null) return result;
  const times = await raceInGuest(course, peerInGuest, guest);
  return {
    ...result,
    ...{ peer: peerInGuest.name, secondsPeer: times.peer, ratioToPeer: times.us / times.peer },
    secondsUsInGuest: times.us,
  };
}
