import { Host } from './host.ts';
import { parentPort } from './process-port.ts';

/** The driver process: owns every port, may die without taking the station along. */
const parent = parentPort();
parent.onClosed(() => process.exit(0));
new Host(parent);
parent.send({ type: 'ready', pid: process.pid });
