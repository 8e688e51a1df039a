import { join } from 'node:path';
import { FLEET_ROOT } from './fleet-authority.ts';
import { HELP, parseFleet, UsageError } from './fleet-options.ts';
import type { FleetProgress, FleetResult } from './fleet-result.ts';
import { runFleet } from './fleet-run.ts';

const titles: Record<FleetProgress['phase'], string> = {
  provision: 'making parts into devices',
  'power-up': 'powering up',
  connect: 'connecting',
  hold: 'holding',
  close: 'closing',
};

/** A line that rewrites itself on a terminal; elsewhere one line at the beginning of each part. */
function drawProgress(): (progress: FleetProgress) => void {
  let last = '';
  return ({ phase, done, total, failed, authorityIn }) => {
    const isNew = last !== phase;
    if (isNew && last === '' && authorityIn !== null)
      process.stderr.write(
        `The fleet’s own CA: a broker trusts the devices by ${join(authorityIn, FLEET_ROOT)}\n`,
      );
    const trouble = failed === 0 ? '' : `, ${failed} failed`;
    const isCounted = phase !== 'hold' && phase !== 'close';
    const counted = isCounted ? `${done} of ${total}` : String(total);
    if (process.stderr.isTTY)
      process.stderr.write(
        `${isNew && last !== '' ? '\n' : '\r'}${titles[phase]}: ${counted}${trouble}\x1b[K`,
      );
    else if (isNew) process.stderr.write(`${titles[phase]}: ${total}${trouble}\n`);
    last = phase;
  };
}

const counts = (of: Record<string, number>): string =>
  Object.entries(of)
    .map(([reason, count]) => `\n  ${count} × ${reason}`)
    .join('');

function sentence({
  devices,
  connected,
  publishes,
  failed,
  lost,
  seconds,
  rssBytes,
  perConnectionBytes,
}: FleetResult): string {
  const mib = Math.round(rssBytes / 2 ** 20);
  const kib = Math.round(perConnectionBytes / 1024);
  return [
    `${connected} of ${devices} devices connected in ${seconds.connect.toFixed(1)} s, ${publishes} said hello.`,
    `Memory: ${mib} MiB, ${kib} KiB a device.`,
    ...(Object.keys(failed).length > 0 ? [`Failed:${counts(failed)}`] : []),
    ...(Object.keys(lost).length > 0 ? [`Lost:${counts(lost)}`] : []),
  ].join('\n');
}

async function main(): Promise<number> {
  const options = parseFleet(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  // A terminal's Ctrl+C may come twice, from the terminal and from the command that started this one.
  const result = await runFleet(options, {
    signal: stop.signal,
    progress: drawProgress(),
    connected: (known) => {
      if (options.holdSeconds !== 0)
        process.stderr.write(`\n${sentence(known)}\nCtrl+C closes the connections.\n`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.stdout.write(`${options.json ? JSON.stringify(result) : sentence(result)}\n`);
  return result.connected === result.devices && Object.keys(result.failed).length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\n${isUsage ? `\n${HELP}` : ''}`,
  );
  process.exitCode = isUsage ? 2 : 1;
}
