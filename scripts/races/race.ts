import { randomBytes } from 'node:crypto';
import { startVirtualBench, type BenchSite } from '#drivers/bench/virtual-bench.ts';
import { loadTarget } from '#drivers/targets/registry.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { imageOf, programOnce } from './our-run.ts';

/** One family on one simulated part whose wire and flash take real time. */
export interface Course {
  family: string;
  target: string;
  virtual: string;
  /** Where the image goes, and how much of it: bytes. */
  address: number;
  bytes: number;
  peer: Peer | null;
  /** A peer that needs a USB bus of a kernel's, in place of `peer`. */
  peerInGuest?: GuestPeer;
  /** An image of about so many bytes, for a family that does not take any; random bytes where nothing is said. */
  image?: (bytes: number) => Buffer;
  /** What the fresh part is told to be, as a fault of its family: a rate that no command can set. */
  build?: string;
}

/** An independent program that writes the same image to the same part. */
export interface Peer {
  name: string;
  /** Everything that is not the run itself: files, processes that stay. Resolves with the run. */
  prepare(place: { site: BenchSite; hands: BenchControl; image: Buffer; address: number }): Promise<PeerRun>;
}

/** A program that runs in the guest, on the device that the bench serves there. */
export interface GuestPeer {
  name: string;
  /** A line of shell that writes that file to the part's address and ends with 0 where it did. */
  command(file: string, address: string): string;
  /** Starts the program and ends it at once: that time, long on an emulated processor, is taken off. */
  start: string;
}

export interface PeerRun {
  run(): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Seconds by the clock on the wall, less what the simulator was behind its own schedule; `secondsLimit` is the
 * arithmetic of wire and flash for what this station sent. `secondsPeer` null: no independent program at hand writes to
 * this family. `secondsUsInGuest` is there where the peer ran in a guest, whose processor is emulated: this station's own
 * time in the same guest, which is what `ratioToPeer` is of. `secondsUs` is of this machine always.
 */
export interface RaceResult {
  family: string;
  peer: string | null;
  bytes: number;
  secondsUs: number;
  secondsPeer: number | null;
  secondsLimit: number;
  ratioToPeer: number | null;
  ratioToLimit: number;
  secondsUsInGuest?: number;
}

/** A busy machine only ever adds: the best of each side counts. */
export const ROUNDS = 3;

/** Runs both sides in turn on the same bench, each on a fresh part. */
export async function race(course: Course): Promise<RaceResult> {
  const bench = await startVirtualBench({ target: course.virtual, sites: 1, speed: 'wire' });
  try {
    const [site] = bench.sites;
    if (site === undefined) throw new Error('The bench has no site.');
    const hands = await openBenchControl(site.control);
    const image = (course.image ?? randomBytes)(course.bytes);
    const us: Lap[] = [];
    const peer: Lap[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      us.push(await lapOfUs(course, site, hands, image));
      if (course.peer !== null) peer.push(await lapOfPeer(course, course.peer, site, hands, image));
    }
    await hands.close();
    return result({ ...course, bytes: image.length }, us, peer);
  } finally {
    await bench.stop();
  }
}

interface Lap {
  seconds: number;
  limit: number;
}

function result(course: Course, us: Lap[], peer: Lap[]): RaceResult {
  const best = us.reduce((first, lap) =>
    lap.seconds / lap.limit < first.seconds / first.limit ? lap : first,
  );
  const other = peer.length === 0 ? null : Math.min(...peer.map(({ seconds }) => seconds));
  return {
    family: course.family,
    peer: course.peer?.name ?? null,
    bytes: course.bytes,
    secondsUs: best.seconds,
    secondsPeer: other,
    secondsLimit: best.limit,
    ratioToPeer: other === null ? null : best.seconds / other,
    ratioToLimit: best.seconds / best.limit,
  };
}

async function lapOfUs(
  { target, address, build }: Course,
  site: BenchSite,
  hands: BenchControl,
  bytes: Buffer,
): Promise<Lap> {
  await freshPart(hands, build);
  const driver = await loadTarget(target);
  const control = await openBenchControl(site.control);
  const lap = await timed(hands, () => programOnce(driver, site.port, control, imageOf(bytes, address)));
  await control.close();
  return lap;
}

async function lapOfPeer(
  course: Course,
  peer: Peer,
  site: BenchSite,
  hands: BenchControl,
  image: Buffer,
): Promise<Lap> {
  await freshPart(hands, course.build);
  const prepared = await peer.prepare({ site, hands, image, address: course.address });
  try {
    return await timed(hands, async () => {
      await prepared.run();
      return () => Promise.resolve();
    });
  } finally {
    await prepared.dispose();
  }
}

export async function freshPart(hands: BenchControl, build: string | undefined): Promise<void> {
  if ((await hands.presence()) === true) await hands.remove();
  await hands.insert();
  if (build !== undefined) await hands.fault(build);
}

/** `work` resolves with its tidying-up, which is not timed. */
async function timed(hands: BenchControl, work: () => Promise<() => Promise<void>>): Promise<Lap> {
  await hands.resetClock();
  const started = performance.now();
  const tidy = await work();
  const wall = (performance.now() - started) / 1000;
  const { idealSeconds, behindSeconds } = await hands.clock();
  await tidy();
  return { seconds: wall - behindSeconds, limit: idealSeconds };
}
