import { writeFileSync } from 'node:fs';
import type { Peer } from '#scripts/races/race.ts';
import { runIn, workFolder } from '#scripts/races/work-folder.ts';
import { PLATFORM, SESSION } from './wurth-sdk-session.ts';

const SOURCES = [
  ...['CordeliaI/CordeliaI.c', 'global/ATCommands.c', 'utils/base64.c'],
  ...['Device', 'Event', 'File', 'WLAN'].map((name) => `CordeliaI/ATCommands/AT${name}.c`),
];

/** Two whole pieces in base64, of 559 bytes each, and a last one that is short. */
export const WURTH_SDK_BYTES = 1400;

/**
 * The module maker's own driver for a host (its Wireless Connectivity SDK, version 2.5.0, under a licence of its own), in no
 * package: `WURTH_SDK` names a folder laid out as its `WCON_Drivers`. As when it was recorded, functions
 * that the session does not call may be missing, and settings be those of the identity and of QuarkLink alone. Platform and session are ours. Needs `cc`.
 */
export const wurthSdk: Peer = {
  name: 'wurth-sdk',
  prepare: async ({ site, hands, image }) => {
    const drivers = process.env['WURTH_SDK'];
    if (drivers === undefined) throw new RangeError('WURTH_SDK names no folder of WirelessConnectivity-SDK');
    const folder = workFolder();
    writeFileSync(folder.path('host.c'), PLATFORM + SESSION);
    writeFileSync(folder.path('in.bin'), image);
    const sources = SOURCES.map((name) => `${drivers}/${name}`);
    // Formats for a 32-bit host, and the example's quiet conversions.
    await runIn(folder, 'cc', ['-w', '-I', drivers, '-o', 'host', 'host.c', ...sources]);
    const run = async (): Promise<void> => {
      await hands.setMode('run');
      await hands.reset();
      await runIn(folder, folder.path('host'), [site.port]);
    };
    return { run, dispose: folder.dispose };
  },
};
