import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeInNode } from '#compose/compose-in-node.ts';
import type { RunningStation } from '#compose/running-station.ts';
import { startupFailure } from '#compose/startup-failure.ts';
import { DEMO_JOB, runDemoBatch, type DemoResult } from './demo-batch.ts';
import { joinDemoCloud } from './demo-join.ts';
import { drawProgress } from './progress-bar.ts';

interface Recipe {
  id: string;
  name: string;
  target: string;
}

/** The demo jobs as they lie there: none is left out of the help. */
const jobs: readonly Recipe[] = (() => {
  const root = join(import.meta.dirname, '..', 'resources', 'jobs');
  const read = (id: string) => JSON.parse(readFileSync(join(root, id, 'job.json'), 'utf8')) as Recipe;
  return readdirSync(root).sort().map(read);
})();
const jobLines = jobs.map(({ id, name, target }) => `${' '.repeat(20)}${id}  ${name.padEnd(18)}${target}`);

const HELP = `The demo batch without a screen

  npm run demo -- [options]

  --job ID          which demo job                    (default ${DEMO_JOB})
${jobLines.join('\n')}
  --target T        target of the virtual bench       (default: that of the job)
  --units N         how many units to make            (default 8)
  --sites N         sites of the virtual bench        (default 4)
  --speed S         wire: paced as in life; max: not   (default wire)
  --data-dir DIR    a station of its own there        (default: a fresh temporary folder)
  --join            starts a cloud beside it, joins it, and waits until the batch is there
  --json            one line of JSON on standard output, nothing else
  --help            this text
`;

function parse() {
  const { values } = parseArgs({
    options: {
      job: { type: 'string', default: DEMO_JOB },
      target: { type: 'string' },
      units: { type: 'string', default: '8' },
      sites: { type: 'string', default: '4' },
      speed: { type: 'string', default: 'wire' },
      'data-dir': { type: 'string' },
      join: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const units = wholeNumber('--units', values.units, 2000);
  const sites = wholeNumber('--sites', values.sites, 64);
  if (values.speed !== 'wire' && values.speed !== 'max') throw new Error('--speed is wire or max.');
  const speed: 'wire' | 'max' = values.speed;
  const target = values.target ?? targetOf(values.job);
  return { ...values, units, sites, speed, target };
}

/** Throws for an id that no demo job has. */
function targetOf(job: string): string {
  const recipe = jobs.find(({ id }) => id === job);
  if (recipe === undefined) throw new Error(`There is no demo job ${job}.`);
  return recipe.target;
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`${name} takes a whole number from 1 to ${most}.`);
  return value;
}

interface Synced {
  /** Passed units of the batch that the cloud holds. */
  synced: number;
  /** From the close of the batch to the last of them there. */
  syncSeconds: number;
}

async function demo(options: ReturnType<typeof parse>): Promise<DemoResult & Partial<Synced>> {
  const dataDir = options['data-dir'] ?? mkdtempSync(join(tmpdir(), 'rootline-demo-'));
  const station = await composeInNode({
    dataDir,
    demo: true,
    passphrase: null,
    notify: () => undefined,
    bench: { sites: options.sites, speed: options.speed, target: options.target },
  });
  try {
    return options.join
      ? await joined(station, options.units, options.job)
      : await runDemoBatch(station, options.units, drawProgress, options.job);
  } finally {
    await station.close();
  }
}

async function joined(station: RunningStation, units: number, job: string): Promise<DemoResult & Synced> {
  const cloud = await joinDemoCloud(station);
  try {
    const result = await runDemoBatch(station, units, drawProgress, job);
    const { units: synced, seconds } = await cloud.synced(result.batchId, result.passed);
    return { ...result, synced, syncSeconds: Math.round(seconds * 100) / 100 };
  } finally {
    await cloud.close();
  }
}

function options(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

const cloudWords = ({ synced, syncSeconds }: Partial<Synced>): string =>
  synced === undefined ? '' : `. ${synced} in the cloud ${syncSeconds ?? 0} s after the close`;

const given = options();
if (given.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
try {
  const result = await demo(given);
  const line = given.json
    ? JSON.stringify(result)
    : `${result.passed} of ${result.units} units passed in ${result.seconds.toFixed(1)} s. Records: ${result.records}${cloudWords(result)}`;
  process.stdout.write(`${line}\n`);
  const lost = given.join && result.synced !== result.passed;
  process.exit(result.passed === result.units && !lost ? 0 : 1);
} catch (error) {
  const { title, text } = startupFailure(error);
  process.stderr.write(`${title}\n${text}\n`);
  process.exit(1);
}
