import { parseArgs } from 'node:util';
import { ensurePeers } from './peers.ts';
import { courses } from './races/courses.ts';
import { GuestOnce, raceAnywhere } from './races/guest-race.ts';
import type { RaceResult } from './races/race.ts';

const HELP = `This station against independent programs and against the arithmetic of the link

  npm run peers -- [--only a,b] [--json]

  families: ${courses.map(({ family }) => family).join(', ')}

Both sides write the same image to the same simulated part, whose wire and flash take real time; the best of three runs
of each counts. A peer that needs a USB bus runs in a guest, and this station there too. secondsLimit adds up
both directions of the wire and the flash for what this station sent: where they work at once (packets on the wire while
the flash programs, as with NXP and a debug probe), the ratio falls below 1. Goals: ratioToLimit 1.05 at most, ratioToPeer 1.0 at most.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const wanted = values.only?.split(',') ?? courses.map(({ family }) => family);
const strange = wanted.find((family) => !courses.some((course) => course.family === family));

if (values.help) process.stdout.write(HELP);
else if (strange !== undefined) {
  process.stderr.write(`There is no family "${strange}" here.\n\n${HELP}`);
  process.exitCode = 2;
} else if (ensurePeers()) show(await runAll());
else process.exitCode = 1;

async function runAll(): Promise<RaceResult[]> {
  const results: RaceResult[] = [];
  const guest = new GuestOnce();
  try {
    for (const course of courses.filter(({ family }) => wanted.includes(family))) {
      process.stderr.write(`${course.family} …\n`);
      results.push(await raceAnywhere(course, guest));
    }
  } finally {
    await guest.close();
  }
  return results;
}

function show(results: RaceResult[]): void {
  if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  else console.table(results.map((row) => Object.fromEntries(Object.entries(row).map(shortened))));
}

function shortened([name, value]: [string, string | number | null]): [string, string | number | null] {
  return [name, typeof value === 'number' ? Number(value.toPrecision(4)) : value];
}
