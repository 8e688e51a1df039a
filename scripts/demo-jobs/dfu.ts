import { dfuFile } from './dfu-files.ts';
import { filler } from './filler.ts';
import { artefact, load, step, type DemoJob } from './job.ts';

const BYTES = 24 * 1024;
/** Numbers for private use of pid.codes, as the simulated part bears them (virtual/dfu/plain-loader.ts). */
const DEVICE = { vendorId: 0x1209, productId: 0x0001 };

/** A barcode reader: firmware by the boot loader of USB DFU 1.1 that is in it, read back, started. */
export function dfuJob(): DemoJob {
  const files = { 'firmware.dfu': dfuFile(filler('UB3', BYTES), DEVICE) };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'UB3', name: 'Barcode reader', revision: 1, target: 'dfu', rootOfTrust: 'none' },
      allowance: 500,
      artefacts: { firmware: artefact(files, 'firmware.dfu', { kind: 'image', address: '0x0' }) },
      phases: [
        step('identify', 'Identify', 'identify', 30),
        ...load('firmware'),
        step('start', 'Start', 'start-firmware', 30),
        step('read-back', 'Read back', 'read-state', 30),
      ],
    },
  };
}
