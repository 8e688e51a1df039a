import { createHash, randomBytes } from 'node:crypto';
import type { Image } from '../core/image.ts';
import { loadBytesTarget } from '../targets/registry.ts';
import { openBenchLines } from '../transports/control/bench.ts';
import { openSerial } from '../transports/serial.ts';
import { openBenchControl } from '../virtual/control-client.ts';
import { processorWait } from '../virtual/wire/processor-wait.ts';
import { timed } from './turnaround.ts';
import { startVirtualBench } from './virtual-bench.ts';
import type { BenchSite } from './virtual-bench.ts';

const IMAGE_BYTES = 320 * 1024;
const CODE_START = 0x0200_0000;
/** The first warms the driver up; the best of all counts, as a busy machine only ever adds. */
const ROUNDS = 4;

/**
 * `seconds` is what the clock on the wall has; `ratio` is that over wire and flash, less `simulatorBehindSeconds`, by
 * which the simulator was behind its schedule at its last answer. On a busy machine more is in it that is not the
 * driver's: what the terminal between the two took, and `notRunSeconds`, for which this process stood ready and was not
 * let run (null where the system does not say). `ownSeconds` is the driver's alone: from an answer that has arrived
 * to the next frame handed to the system; `ownRatio` is wire and flash with that, over wire and flash.
 */
export interface ProgramBench {
  bytes: number;
  baudRate: number;
  seconds: number;
  idealSeconds: number;
  ratio: number;
  ownSeconds: number;
  ownRatio: number;
  cpuSeconds: number;
  notRunSeconds: number | null;
  simulatorBehindSeconds: number;
}

/** Programs 320 KiB into a simulated RA8M1 whose wire and flash take real time. */
export async function benchProgram(): Promise<ProgramBench> {
  const bench = await startVirtualBench({ target: 'ra8m1', sites: 1, speed: 'wire' });
  try {
    const site = bench.sites[0];
    if (site === undefined) throw new Error('The bench has no site.');
    const rounds: ProgramBench[] = [];
    while (rounds.length < ROUNDS) rounds.push(await measure(site));
    return rounds.reduce((best, next) => (next.ratio < best.ratio ? next : best));
  } finally {
    await bench.stop();
  }
}

async function measure(site: BenchSite): Promise<ProgramBench> {
  const hands = await openBenchControl(site.control);
  if ((await hands.presence()) === true) await hands.remove();
  await hands.insert();
  const transport = timed(await openSerial(site.port, 9600));
  const control = await openBenchLines(site.control);
  const image = randomImage();
  const session = (await loadBytesTarget('ra8m1')).open({ transport, control }, { get: () => image });
  const context = { signal: new AbortController().signal, progress: () => undefined };
  await session.run('identify', { target: 'ra8m1' }, context);
  await hands.resetClock();
  const spent = resources();
  transport.begin();
  const { output } = await session.run('program', { image: image.sha256 }, context);
  const ownSeconds = transport.end();
  const costs = spent();
  const { idealSeconds, behindSeconds } = await hands.clock();
  await session.close();
  await Promise.all([transport.close(), control.close(), hands.close()]);
  const ratio = (output.seconds - behindSeconds) / idealSeconds;
  const ownRatio = (idealSeconds + ownSeconds) / idealSeconds;
  const own = { ownSeconds, ownRatio };
  return { ...output, ...costs, ...own, idealSeconds, ratio, simulatorBehindSeconds: behindSeconds };
}

/** What this process has used, and waited for, since the call. */
function resources(): () => Pick<ProgramBench, 'cpuSeconds' | 'notRunSeconds'> {
  const wait = processorWait();
  const [cpu, before] = [process.cpuUsage(), wait()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    const after = wait();
    const notRunSeconds = after === null || before === null ? null : (after - before) / 1e9;
    return { cpuSeconds: (user + system) / 1e6, notRunSeconds };
  };
}

function randomImage(): Image {
  const bytes = randomBytes(IMAGE_BYTES);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, format: 'binary', segments: [{ address: CODE_START, bytes }], entryPoint: null };
}
