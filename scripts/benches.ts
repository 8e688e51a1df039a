import { benchCloud } from '#cloud/bench/cloud.bench.ts';
import { benchOnboarding } from '#connectors/bench/onboarding.bench.ts';
import { benchProgram } from '#drivers/bench/program.bench.ts';
import { benchSites } from '#drivers/bench/sites.bench.ts';
import { benchSmp } from '#drivers/bench/smp.bench.ts';
import { benchCourier } from '#protocol/courier/bench/courier.bench.ts';
import { benchOverhead } from '#services/engine/bench/overhead.bench.ts';
import { benchIssue } from '#services/pki/bench/bench-issue.ts';
import { benchUnits } from '#store/bench/units.bench.ts';
import type { Figure } from './figure.ts';
import { benchColdStart } from './cold-start.bench.ts';
import { benchFleet } from './fleet.bench.ts';
import { benchSync } from './sync.bench.ts';

interface Bench {
  title: string;
  run(): Promise<Figure[]>;
}

async function program(): Promise<Figure[]> {
  const { seconds, idealSeconds, ratio, bytes, ...costs } = await benchProgram();
  return [
    { name: 'program: bytes', value: bytes, unit: 'B', goal: null },
    { name: 'program: time by the clock on the wall', value: seconds, unit: 's', goal: null },
    { name: 'program: wire and flash time of the link', value: idealSeconds, unit: 's', goal: null },
    { name: 'program: driver / link', value: ratio, unit: 'ratio', goal: 1.05 },
    {
      name: 'program: link and turn-around of the driver / link',
      value: costs.ownRatio,
      unit: 'ratio',
      goal: 1.05,
    },
    { name: 'program: turn-around of the driver', value: costs.ownSeconds, unit: 's', goal: null },
    { name: 'program: baud rate', value: costs.baudRate, unit: 'Bd', goal: null },
    { name: 'program: CPU time of the driver', value: costs.cpuSeconds, unit: 's', goal: null },
    {
      name: 'program: of it the driver ready and not let run',
      value: costs.notRunSeconds ?? NaN,
      unit: 's',
      goal: null,
    },
    {
      name: 'program: of it the simulator behind its schedule',
      value: costs.simulatorBehindSeconds,
      unit: 's',
      goal: null,
    },
  ];
}

async function sites(): Promise<Figure[]> {
  const { alone, among, slowest, share } = await benchSites();
  return [
    { name: 'sites: one alone', value: alone, unit: 'B/s', goal: null },
    { name: 'sites: mean of 64 at once', value: among, unit: 'B/s', goal: null },
    { name: 'sites: slowest of 64 at once', value: slowest, unit: 'B/s', goal: null },
    { name: 'sites: mean of 64 / one alone', value: share, unit: 'ratio (at least)', goal: 0.95 },
  ];
}

async function smp(): Promise<Figure[]> {
  return (await benchSmp()).flatMap(({ way, seconds, bytes, ratio }) => [
    { name: `smp ${way}: rate`, value: bytes / seconds, unit: 'B/s', goal: null },
    { name: `smp ${way}: driver / link`, value: ratio, unit: 'ratio', goal: 1.05 },
  ]);
}

async function units(): Promise<Figure[]> {
  const rows = await benchUnits();
  return rows.map(({ goal, ...row }) => ({ ...row, goal: Number(goal.replace('<', '')) }));
}

async function onboarding(): Promise<Figure[]> {
  return [...(await benchOnboarding()), ...(await benchFleet())];
}

/** Every measurement by the name that `--only` takes. */
export const benches: Record<string, Bench> = {
  program: { title: 'RA8M1, 320 KiB at the highest baud rate, against wire and flash', run: program },
  sites: { title: 'rate of a site among 64 at 921,600 Bd, against one alone', run: sites },
  smp: { title: 'MCUboot board at 1 MBd, one piece at a time and in a window, against the link', run: smp },
  overhead: { title: 'CPU of the station per unit, 8, 32 and 64 sites unpaced', run: benchOverhead },
  issue: { title: 'certificates per second, with store and journal', run: benchIssue },
  units: { title: 'finding a unit among 1,000,000', run: units },
  start: { title: 'cold start to the first screen', run: benchColdStart },
  sync: { title: 'a million records after weeks offline; a day over 1 Mbit/s with 300 ms', run: benchSync },
  cloud: { title: 'records ingested per second, PostgreSQL and PGlite', run: benchCloud },
  onboarding: {
    title: '10,000 devices to Mosquitto, one by one and by CA; 5,000 connected',
    run: onboarding,
  },
  courier: { title: '20,000 units on a stick, written and read', run: benchCourier },
};
