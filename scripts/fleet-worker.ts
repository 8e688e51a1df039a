import { parentPort, workerData } from 'node:worker_threads';
import type { VirtualDevice } from '#drivers/virtual/network/virtual-device.ts';
import { connectAll, type OpenDevice } from './fleet-connect.ts';
import { FleetError } from './fleet-error.ts';
import { makeParts, startParts } from './fleet-parts.ts';
import type { FleetOrder, FleetReport, FleetShare } from './fleet-messages.ts';

// One thread of a fleet: a share of the devices, from silicon to session.
const share = workerData as FleetShare;
const report = (message: FleetReport): void => parentPort?.postMessage(message);

let stop = new AbortController();
let devices: VirtualDevice[] = [];
const open = new Set<OpenDevice>();

async function carryOut(order: FleetOrder): Promise<void> {
  if (order.order === 'provision') await makeParts(share, order.count, stop.signal, report);
  if (order.order === 'power-up') devices = await startParts(share, order.devices, stop.signal, report);
  if (order.order === 'connect') await connectAll(share, devices, open, stop.signal, report);
  if (order.order === 'close') await Promise.all([...open].map((device) => device.close()));
}

parentPort?.on('message', (order: FleetOrder) => {
  if (order.order === 'stop') {
    stop.abort();
    return;
  }
  // Closing is what follows a stop, and is not cut short by it.
  if (order.order === 'close') stop = new AbortController();
  carryOut(order).then(
    () => report({ report: 'done' }),
    (error: unknown) => {
      const code = error instanceof FleetError ? error.code : 'worker';
      report({ report: 'failed', code, message: error instanceof Error ? error.message : String(error) });
    },
  );
});
