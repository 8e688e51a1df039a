import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { DriverError } from '#drivers/core/errors.ts';
import type { BenchControl } from '#drivers/virtual/control-client.ts';
import { mcubootImage } from '#scripts/demo-jobs/mcuboot-image.ts';
import type { Peer } from '#scripts/races/race.ts';
import { runIn, workFolder } from '#scripts/races/work-folder.ts';

/** Bytes after which the first upload is broken off: more than its first piece. */
const BROKEN_OFF = '500';
/** Exit codes of its cli.py. */
const EXIT = { refused: 3, incomplete: 4 } as const;

interface Steps {
  /** One process of it. */
  tool: (...args: string[]) => Promise<void>;
  hands: BenchControl;
}

async function ends(code: number, run: Promise<void>): Promise<void> {
  const failure: unknown = await run.then(() => null).catch((error: unknown) => error);
  if (failure instanceof Error && 'code' in failure && failure.code === code) return;
  throw new RangeError(`the program did not end with ${code}`, { cause: failure });
}

/** Its reset has no mark between the bytes: what follows must not be sent before the part is up again. */
async function resets({ tool, hands }: Steps, lifecycle: string): Promise<void> {
  await tool('os', 'reset');
  let status = await hands.status();
  while (status.running !== 'firmware' || status.dlm !== lifecycle) status = await hands.status();
}

/** Into slot 0, broken off and gone on with; and what this boot loader was built without. */
async function recovery(steps: Steps): Promise<void> {
  const { tool } = steps;
  await tool('os', 'echo', 'hello');
  await tool('image', 'state');
  await ends(EXIT.refused, tool('os', 'taskstat'));
  const upload = ['image', 'upload', 'first.bin'];
  await ends(EXIT.incomplete, tool(...upload, '--no-resume', '--max-bytes', BROKEN_OFF));
  await tool(...upload);
  await tool('image', 'state');
  await ends(EXIT.refused, tool('image', 'confirm'));
}

/** Into slot 1, on trial, confirmed; the slot of the old image blanked. */
async function application(steps: Steps): Promise<void> {
  const { tool, hands } = steps;
  await tool('os', 'echo', 'hello');
  await tool('image', 'state');
  await ends(EXIT.refused, tool('image', 'test'));
  await tool('image', 'upload', 'second.bin');
  await tool('image', 'test');
  await ends(EXIT.refused, tool('image', 'upload', 'second.bin'));
  await resets(steps, 'revert');
  await tool('image', 'state');
  await ends(EXIT.refused, tool('image', 'erase'));
  await tool('image', 'confirm');
  await hands.reset();
  await tool('image', 'state');
  await tool('image', 'erase');
  await tool('image', 'state');
}

/**
 * lohmega/python-mcumgr (Apache-2.0 as its setup.py says), in no package: `PYTHON_MCUMGR` names a folder with its package
 * `mcumgr`. Its commands one after another, each a process of its own: serial recovery, then the application that it wrote,
 * in two signed images. Needs Debian's python3-serial, python3-cbor2 and python3-crcmod.
 */
export const pythonMcumgr: Peer = {
  name: 'python-mcumgr',
  prepare: ({ site, hands, image }) => {
    const checkout = process.env['PYTHON_MCUMGR'];
    if (checkout === undefined)
      throw new DriverError('bad-argument', 'PYTHON_MCUMGR names no folder of lohmega/python-mcumgr.', {
        chip: 'untouched',
      });
    const folder = workFolder();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(folder.path('first.bin'), mcubootImage([1, 0, 0], image, privateKey));
    writeFileSync(folder.path('second.bin'), mcubootImage([1, 1, 0], image, privateKey));
    const python = [`PYTHONPATH=${checkout}`, '/usr/bin/python3', '-m', 'mcumgr.cli'];
    const tool = (...args: string[]): Promise<void> =>
      runIn(folder, 'env', [...python, '--transport', 'serial', '--port', site.port, ...args]);
    const run = async (): Promise<void> => {
      await recovery({ tool, hands });
      await hands.setMode('run');
      await resets({ tool, hands }, 'none');
      await application({ tool, hands });
    };
    return Promise.resolve({ run, dispose: folder.dispose });
  },
};
