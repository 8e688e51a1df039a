import { writeFileSync } from 'node:fs';
import type { Peer } from '#scripts/races/race.ts';
import { runIn, workFolder } from '#scripts/races/work-folder.ts';

/** Bytes of one block of code flash: its writes and reads end at one. */
export const RAFLASH_BYTES = 0x2000;
/** It takes the first port of Renesas' vendor id that pyserial lists, and a pseudo-terminal is none: the list is told of it. */
const ON_PORT = `
import sys, types
import serial.tools.list_ports
port, sys.argv = sys.argv[1], sys.argv[1:]
serial.tools.list_ports.comports = lambda: [types.SimpleNamespace(vid=0x045B, device=port)]
from raflash.RAFlasher import main
main()
`;

/**
 * robinkrens/raflash (GPL-2.0), in no package: `RAFLASH` names a checkout of it. Its commands one after another, each a process
 * of its own. Needs Debian's python3-serial, python3-usb and python3-tqdm.
 */
export const raflash: Peer = {
  name: 'raflash',
  prepare: ({ site, image }) => {
    const checkout = process.env['RAFLASH'];
    if (checkout === undefined) throw new RangeError('RAFLASH names no checkout of robinkrens/raflash');
    const folder = workFolder();
    writeFileSync(folder.path('on_port.py'), ON_PORT);
    writeFileSync(folder.path('in.bin'), image);
    const tool = (...args: string[]): Promise<void> =>
      runIn(folder, 'env', [`PYTHONPATH=${checkout}`, '/usr/bin/python3', 'on_port.py', site.port, ...args]);
    const size = RAFLASH_BYTES.toString(16);
    const run = async (): Promise<void> => {
      await tool('info');
      await tool('erase', '--size', size);
      await tool('write', 'in.bin');
      await tool('read', '--size', size, 'out.bin');
      await runIn(folder, 'cmp', ['in.bin', 'out.bin']);
    };
    return Promise.resolve({ run, dispose: folder.dispose });
  },
};
