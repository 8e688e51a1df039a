import { randomBytes } from 'node:crypto';
import { mcubootFile } from '../targets/smp/mcuboot-file.test-support.ts';
import { imageOf, openRig, type TargetRig } from '../targets/target-rig.test-support.ts';

/** Of firmware that was built for speed; the race (scripts/races) is run at 115,200. */
const BAUD_RATE = 1_000_000;
const BODY_BYTES = 64 * 1024;
/** The best counts: a busy machine only ever adds. */
const ROUNDS = 2;

/** `ratio`: over wire one way, wire both ways and flash, whichever the protocol makes wait for each other. */
export interface SmpBench {
  way: 'recovery' | 'application';
  baudRate: number;
  bytes: number;
  seconds: number;
  limitSeconds: number;
  ratio: number;
}

/**
 * Uploads of 64 KiB to a simulated board on a paced line. Recovery takes one piece at a time: question, flash and answer
 * follow each other. An application takes the next pieces while it writes: the limit is the wire towards it.
 */
export async function benchSmp(): Promise<SmpBench[]> {
  const rig = await openRig('smp', 'smp', 'wire');
  try {
    const rows: SmpBench[] = [];
    for (const way of ['recovery', 'application'] as const) {
      const rounds: SmpBench[] = [];
      while (rounds.length < ROUNDS) rounds.push(await measure(rig, way));
      rows.push(rounds.reduce((best, next) => (next.ratio < best.ratio ? next : best)));
    }
    return rows;
  } finally {
    await rig.close();
  }
}

async function measure(rig: TargetRig, way: SmpBench['way']): Promise<SmpBench> {
  await rig.renew();
  await rig.hands.fault(`built-for ${BAUD_RATE}`);
  await rig.run('identify', { target: 'smp' });
  if (way === 'application') {
    const image = imageOf(rig, { address: 0, bytes: mcubootFile() });
    await rig.run('program', { image });
    await rig.run('start-firmware', {});
    await rig.run('read-state', {});
  }
  const image = imageOf(rig, { address: 0, bytes: mcubootFile({ body: randomBytes(BODY_BYTES) }) });
  await rig.hands.resetClock();
  const { bytes, seconds } = await rig.run('program', { image });
  const { wireSeconds, flashSeconds, bytesIn, behindSeconds } = await rig.hands.clock();
  const inSeconds = (bytesIn * 10) / BAUD_RATE;
  const limitSeconds = way === 'recovery' ? wireSeconds + flashSeconds : Math.max(inSeconds, flashSeconds);
  const ratio = (seconds - behindSeconds) / limitSeconds;
  return { way, baudRate: BAUD_RATE, bytes, seconds, limitSeconds, ratio };
}
