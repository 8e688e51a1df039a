import type { BatchView } from '#contract/batches.ts';
import { AppError } from '#contract/errors.ts';
import type { SiteView } from '#contract/sites.ts';
import type { Outcome } from './bins.ts';

/** One line from a handler: a word and its operands. Words are upper case; a handler may send them as it likes. */
export interface Command {
  word: string;
  operands: string[];
}

export function commandOf(line: string): Command {
  const [word = '', ...operands] = line.trim().split(/\s+/);
  return { word: word.toUpperCase(), operands };
}

/** A value never holds a space: `key=value` words can be taken apart anywhere. */
const word = (value: string | number | null): string =>
  value === null || value === '' ? '-' : String(value).replace(/\s+/g, '_');

export function siteWords({ id, state, part, run, prompt }: SiteView): string {
  const seen = part === null ? 'unknown' : part ? 'in' : 'out';
  const asked = prompt === null ? '' : ` prompt=${prompt.request}`;
  return `${id} state=${state} part=${seen} run=${word(run?.id ?? null)}${asked}`;
}

export function outcomeWords(outcome: Outcome): string {
  const { site, bin, result, run, uid, device, code, seconds } = outcome;
  const known = `uid=${word(uid)} device=${word(device)} code=${word(code)} seconds=${word(seconds)}`;
  return `${site} bin=${bin} result=${result} run=${word(run)} ${known}`;
}

export function batchWords(batch: BatchView | null): string {
  if (batch === null) return 'none';
  const { state, job, lot, quantity, counts } = batch;
  const numbers = `made=${counts.made} failed=${counts.failed} unknown=${counts.unknown} quantity=${quantity}`;
  return `${state} job=${word(job.id)} lot=${word(lot)} ${numbers}`;
}

/** A refusal as a line: its code first, then the sentences for the person who reads the log. */
export function errorLine(error: unknown): string {
  if (!(error instanceof AppError)) return 'ERR internal The station met a defect of its own.';
  const { code, what, next } = error.view;
  return `ERR ${code} ${`${what} ${next}`.replace(/\s+/g, ' ')}`;
}
