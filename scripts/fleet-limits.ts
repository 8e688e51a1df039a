import { readFileSync } from 'node:fs';
import { FleetError } from './fleet-error.ts';

/** Files that the process needs beside its sockets. */
const SPARE = 100;

/** How many files this process may open (Linux; Node has raised it to the hard limit already), or null where unknown. */
export function openFilesLimit(): number | null {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return line === undefined || line === 'unlimited' ? null : Number(line);
  } catch {
    return null;
  }
}

/** Throws FleetError `files` where so many sockets cannot be opened. */
export function checkOpenFiles(devices: number, limit = openFilesLimit()): void {
  if (limit === null || devices + SPARE <= limit) return;
  throw new FleetError(
    'files',
    `This process may open ${limit} files; ${devices} devices need ${devices + SPARE}. ` +
      `Raise the limit (ulimit -n ${devices + SPARE}, or LimitNOFILE of the service) or ask for fewer devices. ` +
      'The broker needs as many.',
  );
}
