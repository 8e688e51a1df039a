import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import type { Peer } from '#scripts/races/race.ts';
import { runIn, workFolder } from '#scripts/races/work-folder.ts';

/** Bytes of image: a whole frame and two phrases. */
export const RADFU_BYTES = 1280;
/** Bytes of one block of code flash, hex. */
const BLOCK = '2000';
/** Key bytes that it takes at most; whatever they mean, they go in the command. */
const KEY_BYTES = 48;

interface Steps {
  /** One process of it: command, options. */
  tool: (...args: string[]) => Promise<void>;
  hands: BenchControl;
}

/**
 * What the chip says of itself, then one image there and back. After `-b` the part stays at that rate, which the next process
 * would not hear on a wire: hence the reset.
 */
async function image({ tool, hands }: Steps, address: string): Promise<void> {
  const range = ['-a', address, '-s', RADFU_BYTES.toString(16)];
  for (const command of ['info', 'dlm', 'boundary', 'param']) await tool(command);
  await tool('erase', '-a', address, '-s', BLOCK);
  await tool('blank-check', ...range);
  await tool('-b', '1000000', 'write', '-v', '-a', address, 'in.bin');
  await hands.reset();
  await tool('verify', '-a', address, 'in.bin');
  await tool('read', ...range, 'out.bin');
  await tool('crc', ...range);
}

async function setBoundary({ tool, hands }: Steps): Promise<void> {
  await tool('boundary-set', '--cfs1', '32', '--cfs2', '64', '--dfs', '4', '--srs1', '8', '--srs2', '16');
  await hands.reset();
  await tool('boundary');
}

/** Keys, the moves that need none, back by initialize, and at last the lock: nothing is heard after it. */
async function gen1Life(steps: Steps): Promise<void> {
  const { tool } = steps;
  await setBoundary(steps);
  await tool('key-set', 'secdbg', 'key.bin');
  await tool('key-verify', 'secdbg');
  await tool('dlm-transit', 'nsecsd');
  await tool('init');
  for (const state of ['nsecsd', 'dpl', 'lck_boot']) await tool('dlm-transit', state);
}

/** It takes OEM for the first generation's DPL, of the same code. */
async function ra8Life(steps: Steps): Promise<void> {
  await setBoundary(steps);
  await steps.tool('init');
  await steps.tool('dlm-transit', 'lck_boot');
}

/**
 * vjardin/radfu (AGPL-3.0-or-later), in no package: `RADFU` names the program. Its commands one after another, each a process of
 * its own; ends with the part locked for ever.
 */
export const radfu: Peer = {
  name: 'radfu',
  prepare: ({ site, hands, image: bytes, address }) => {
    const program = process.env['RADFU'];
    if (program === undefined) throw new RangeError('RADFU names no program built of vjardin/radfu');
    const folder = workFolder();
    writeFileSync(folder.path('in.bin'), bytes);
    writeFileSync(folder.path('key.bin'), randomBytes(KEY_BYTES));
    const steps: Steps = {
      tool: (...args) => runIn(folder, program, ['-p', site.port, ...args]),
      hands,
    };
    const run = async (): Promise<void> => {
      await image(steps, address.toString(16));
      await runIn(folder, 'cmp', ['in.bin', 'out.bin']);
      await (address === 0 ? gen1Life(steps) : ra8Life(steps));
    };
    return Promise.resolve({ run, dispose: folder.dispose });
  },
};
