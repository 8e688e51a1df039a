import { createHash, randomBytes } from 'node:crypto';
import type { Image } from '../core/image.ts';
import { loadTarget } from '../targets/registry.ts';
import { openBenchLines } from '../transports/control/bench.ts';
import { openSerial } from '../transports/serial.ts';
import { openBenchControl } from '../virtual/control-client.ts';
import { processorWait } from '../virtual/wire/processor-wait.ts';
import { startVirtualBench } from './virtual-bench.ts';
import type { BenchSite } from './virtual-bench.ts';

const IMAGE_BYTES = 320 * 1024;
const CODE_START = 0x0200_0000;

/**
 * `ratio`: what the driver took over what wire and flash alone take; nothing is taken off for a busy machine. What it
 * did to the run stands beside it: how long this process stood ready and was not let run (null where the system does
 * not say), which is in `seconds`, and how late the simulator was, which it made up and is not.
 */
export interface ProgramBench {
  bytes: number;
  baudRate: number;
  seconds: number;
  idealSeconds: number;
  ratio: number;
  cpuSeconds: number;
  notRunSeconds: number | null;
  simulatorLateSeconds: number;
}

/** Programs 320 KiB into a simulated RA8M1 whose wire and flash take real time. */
export async function benchProgram(): Promise<ProgramBench> {
  const bench = await startVirtualBench({ target: 'ra8m1', sites: 1, speed: 'wire' });
  try {
    const site = bench.sites[0];
    if (site === undefined) throw new Error('The bench has no site.');
    return await measure(site);
  } finally {
    await bench.stop();
  }
}

async function measure(site: BenchSite): Promise<ProgramBench> {
  const hands = await openBenchControl(site.control);
  if ((await hands.presence()) !== true) await hands.insert();
  const transport = await openSerial(site.port, 9600);
  const control = await openBenchLines(site.control);
  const image = randomImage();
  const session = (await loadTarget('ra8m1')).open({ transport, control }, { get: () => image });
  const context = { signal: new AbortController().signal, progress: () => undefined };
  await session.run('identify', { target: 'ra8m1' }, context);
  await hands.resetClock();
  const spent = resources();
  const { output } = await session.run('program', { image: image.sha256 }, context);
  const costs = spent();
  const { idealSeconds, lateInSeconds, lateOutSeconds } = await hands.clock();
  await session.close();
  await Promise.all([transport.close(), control.close(), hands.close()]);
  const ratio = output.seconds / idealSeconds;
  return { ...output, ...costs, idealSeconds, ratio, simulatorLateSeconds: lateInSeconds + lateOutSeconds };
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
