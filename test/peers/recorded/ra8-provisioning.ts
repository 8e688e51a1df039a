import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { toSRecord } from '#drivers/images/writers.test-support.ts';
import type { Peer } from '#scripts/races/race.ts';
import { workFolder } from '#scripts/races/work-folder.ts';

/** Its own steps, in its order. It waits 3 s after each command, of which no byte tells. Where it wants a reset, it says so. */
const STEPS = `
import sys
from device.ra8_provisioning_client import RA8ProvisioningClient
from device.ra8_srec_programmer import RA8SRECProgrammer
port, image = sys.argv[1:]
RA8ProvisioningClient.LONG_DELAY = RA8ProvisioningClient.INITIALIZE_DELAY = 0.1
def reset():
    print('reset', flush=True)
    sys.stdin.readline()
with RA8ProvisioningClient(port) as client:
    client.connect_to_boot_mode()
    client.initialize_device(reset)
    RA8SRECProgrammer(client).program_srec_file(image)
`;

/**
 * cryptoquantique/renesas-ra8m1-provisioning-tool (Apache-2.0), in no package: `RA8_TOOL` names a checkout of it at commit
 * 9cce71e. Its client and its programmer, without keys, certificates and locks; `utils` beside them may be stand-ins that log
 * nothing, as when it was recorded. Needs Debian's python3-serial.
 */
export const ra8Provisioning: Peer = {
  name: 'ra8m1-provisioning-tool',
  prepare: ({ site, hands, image, address }) => {
    const checkout = process.env['RA8_TOOL'];
    if (checkout === undefined) throw new RangeError('RA8_TOOL names no checkout of the provisioning tool');
    const folder = workFolder();
    writeFileSync(folder.path('steps.py'), STEPS);
    writeFileSync(folder.path('in.srec'), toSRecord([{ address, bytes: image }]));
    const run = async (): Promise<void> => {
      const tool = spawn('/usr/bin/python3', ['steps.py', site.port, 'in.srec'], {
        ...{ cwd: folder.root, env: { ...process.env, PYTHONPATH: checkout } },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      createInterface(tool.stdout).on('line', () => void hands.reset().then(() => tool.stdin.write('\n')));
      const [code] = (await once(tool, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`the provisioning tool ended with ${code}`);
    };
    return Promise.resolve({ run, dispose: folder.dispose });
  },
};
