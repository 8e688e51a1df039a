import { join, resolve } from 'node:path';
import { atecc608Job } from './demo-jobs/atecc608.ts';
import { cordeliaJob } from './demo-jobs/cordelia.ts';
import { dfuJob } from './demo-jobs/dfu.ts';
import { esp32c3Job } from './demo-jobs/esp32c3.ts';
import { writeJob, type DemoJob } from './demo-jobs/job.ts';
import { nxpPufJob } from './demo-jobs/nxp-puf.ts';
import { ra6m4Job } from './demo-jobs/ra6m4.ts';
import { esecureJob } from './demo-jobs/ra8m1-esecure.ts';
import { ra8m1Job } from './demo-jobs/ra8m1.ts';
import { rx65nJob } from './demo-jobs/rx65n.ts';
import { smpJob } from './demo-jobs/smp.ts';
import { stm32DfuJob } from './demo-jobs/stm32-dfu.ts';
import { stm32f0DapJob } from './demo-jobs/stm32f0-dap.ts';
import { stm32f4SwdJob } from './demo-jobs/stm32f4-swd.ts';
import { stm32f4Job } from './demo-jobs/stm32f4.ts';

/**
 * Makes the demo jobs, all or those that are named: `node scripts/make-demo-job.ts TX1`. No private key is kept, so another
 * run gives other certificates and keys, and with them another checksum.
 */
export const DEMO_JOBS: Readonly<Record<string, () => DemoJob | Promise<DemoJob>>> = {
  TH4: ra8m1Job,
  TM5: rx65nJob,
  TX1: esp32c3Job,
  UB3: dfuJob,
  VM2: stm32f4Job,
  VP4: stm32f4SwdJob,
  WG3: ra6m4Job,
  WR9: cordeliaJob,
  XB6: atecc608Job,
  XE8: esecureJob,
  XS5: nxpPufJob,
  YF2: stm32f0DapJob,
  YL7: stm32DfuJob,
  ZN6: smpJob,
};

/** Writes a job folder. Throws RangeError for an id that is none. */
export async function makeDemoJob(folder: string, id = 'TH4'): Promise<void> {
  const make = DEMO_JOBS[id];
  if (make === undefined) throw new RangeError(`there is no demo job ${id}`);
  await writeJob(folder, await make());
}

if (import.meta.main) {
  const named = process.argv.slice(2);
  const root = resolve(import.meta.dirname, '../resources/jobs');
  for (const id of named.length > 0 ? named : Object.keys(DEMO_JOBS)) {
    await makeDemoJob(join(root, id), id);
    process.stderr.write(`${join(root, id)}\n`);
  }
}
