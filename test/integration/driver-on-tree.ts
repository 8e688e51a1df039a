import { Host } from '#drivers/host/host.ts';
import { parentPort } from '#drivers/host/process-port.ts';
import { PortBus } from '#drivers/transports/port-bus.ts';

/** The driver process of a test, on a machine whose /sys and /dev are folders (sysfs-tree.test-support.ts). */
const [sys = '', dev = ''] = (process.env['ROOTLINE_TEST_TREE'] ?? '').split(':');
const parent = parentPort();
parent.onClosed(() => process.exit(0));
new Host(parent, new PortBus({ sys, dev }));
parent.send({ type: 'ready', pid: process.pid });
