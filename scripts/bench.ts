import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import type { Figure } from './figure.ts';

const HELP = `Measurements of the station

  npm run bench -- [--only a,b] [--json]

  ${Object.entries(benches)
    .map(([name, { title }]) => `${name.padEnd(12)} ${title}`)
    .join('\n  ')}

Ratios are against the arithmetic of the simulated link or a peer of the same run: machines are shared and noisy.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const chosen = values.only?.split(',') ?? Object.keys(benches);
const strange = chosen.find((name) => benches[name] === undefined);
if (strange !== undefined) {
  process.stderr.write(`There is no measurement "${strange}".\n\n${HELP}`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const name of chosen) {
  process.stderr.write(`${name} …\n`);
  figures.push(...((await benches[name]?.run()) ?? []));
}
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
else
  console.table(
    figures.map(({ name, value, unit, goal }) => ({ name, value: Number(value.toPrecision(4)), unit, goal })),
  );
process.exit(0);
