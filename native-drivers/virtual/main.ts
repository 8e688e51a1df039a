import { parseArgs } from 'node:util';
import { openBench, type Bench, type BenchOptions } from './bench.ts';
import { CONTROL_MANUAL, USAGE } from './manual.ts';
import { virtualTargets } from './targets.ts';

/** The virtual bench as a process of its own: `npm run bench:virtual`. */
const MOST_SITES = 64;
const LAST_PORT = 0xffff;

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'ra8m1' },
    sites: { type: 'string', default: '4' },
    speed: { type: 'string', default: 'wire' },
    json: { type: 'boolean', default: false },
    empty: { type: 'boolean', default: false },
    dir: { type: 'string' },
    seed: { type: 'string' },
    'usb-port': { type: 'string', default: '0' },
    'foreign-keys': { type: 'string', default: 'accept' },
    attached: { type: 'boolean', default: false },
    control: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else if (values.control) process.stdout.write(CONTROL_MANUAL);
else await run();

async function run(): Promise<void> {
  const options = benchOptions();
  if (options === null) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const bench = await openBench(options);
  endWith(bench);
  process.stdout.write(values.json ? `${JSON.stringify({ sites: bench.sites })}\n` : table(bench));
}

function benchOptions(): BenchOptions | null {
  const { target, speed, dir, empty } = values;
  const sites = Number(values.sites);
  const seed = values.seed === undefined ? null : Number(values.seed);
  const foreign = values['foreign-keys'];
  const usbPort = Number(values['usb-port']);
  if (!virtualTargets.some(({ id }) => id === target) || (speed !== 'wire' && speed !== 'max')) return null;
  if (!Number.isInteger(sites) || sites < 1 || sites > MOST_SITES) return null;
  if (!Number.isInteger(usbPort) || usbPort < 0 || usbPort > LAST_PORT - MOST_SITES) return null;
  if ((seed !== null && !Number.isInteger(seed)) || (foreign !== 'accept' && foreign !== 'refuse'))
    return null;
  return {
    target,
    sites,
    speed,
    empty,
    seed,
    usbPort,
    acceptForeignKeys: foreign === 'accept',
    ...(dir === undefined ? {} : { directory: dir }),
  };
}

function endWith(bench: Bench): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    void bench.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (!values.attached) return;
  process.once('disconnect', end);
  process.stdin.once('end', end).once('close', end).resume();
}

function table({ sites }: Bench): string {
  const lines = sites.map(({ id, port, link, control }) => [id, port, link, control].join('  '));
  return `${['site  port  link  control', ...lines].join('\n')}\nCtrl-C ends the bench.\n`;
}
