import type { BatchReport } from './report-data.ts';
import { INK, INNER, PAGE, ReportPage, type TextStyle } from './report-page.ts';

const left = PAGE.margin;
const GAP = 20;
const COLUMN = (INNER - GAP) / 2;
/** Rows of a bar chart that fit; the rest is summed up in one line. */
const ROWS = 7;

const count = (value: number) => value.toLocaleString('en');
const percent = (value: number | null) =>
  value === null ? '–' : `${value === 1 ? '100' : (value * 100).toFixed(1)} %`;
const seconds = (value: number | null) => (value === null ? '–' : `${value.toFixed(1)} s`);
/** `2026-11-23 14:52 UTC`: the same everywhere, whatever the reader's locale. */
const instant = (value: string | null) =>
  value === null ? '–' : `${value.slice(0, 10)} ${value.slice(11, 16)} UTC`;
const grouped = (hex: string) => hex.match(/.{1,8}/g)?.join(' ') ?? '';

function header(page: ReportPage, report: BatchReport): void {
  page.box(0, 0, PAGE.width, 6, INK.accent);
  page.text(report.title, left, 36, { size: 22, weight: 'bold', width: INNER - 150 });
  page.text(`Lot ${report.lot} · traveller ${report.traveller}`, left, 66, { size: 11, color: INK.dim });
  const state = report.closedAt === null ? 'Batch open' : 'Batch closed';
  const color = report.closedAt === null ? INK.unknown : INK.pass;
  page.text(state, left, 40, { size: 11, weight: 'semibold', color, align: 'right' });
  page.text('Batch report', left, 66, { size: 11, color: INK.dim, align: 'right' });
  page.rule(90);
}

interface Tile {
  label: string;
  value: string;
  note: string;
  color: string;
}

function tiles(report: BatchReport): Tile[] {
  const { units, quantity } = report;
  const color = (value: number, ink: string) => (value > 0 ? ink : INK.text);
  return [
    { label: 'Made', value: count(units.made), note: `of ${count(quantity)} ordered`, color: INK.pass },
    { label: 'Yield', value: percent(report.yield), note: 'made of made and failed', color: INK.text },
    { label: 'Failed', value: count(units.failed), note: 'units', color: color(units.failed, INK.fail) },
    {
      label: 'To read back',
      value: count(units.unknown),
      note: 'units of unknown state',
      color: color(units.unknown, INK.unknown),
    },
  ];
}

function summary(page: ReportPage, report: BatchReport, top: number): void {
  const gap = 12;
  const width = (INNER - 3 * gap) / 4;
  tiles(report).forEach((tile, index) => {
    const x = left + index * (width + gap);
    page.box(x, top, width, 82, INK.panel, 8);
    page.text(tile.label, x + 12, top + 11, { size: 9, color: INK.dim, width: width - 24 });
    const value: TextStyle = { size: 24, weight: 'bold', color: tile.color, width: width - 24 };
    page.text(tile.value, x + 12, top + 25, value);
    page.text(tile.note, x + 12, top + 61, { size: 8, color: INK.dim, width: width - 24 });
  });
  const share = report.quantity > 0 ? Math.min(report.units.made / report.quantity, 1) : 0;
  page.box(left, top + 96, INNER, 6, INK.line, 3);
  page.box(left, top + 96, INNER * share, 6, INK.pass, 3);
}

function heading(page: ReportPage, title: string, x: number, y: number): void {
  page.text(title, x, y, { size: 11, weight: 'semibold', width: COLUMN });
  page.rule(y + 19, x, COLUMN);
}

type Row = readonly [label: string, value: string, strong?: boolean];

function table(page: ReportPage, title: string, rows: readonly Row[], x: number, top: number): void {
  heading(page, title, x, top);
  rows.forEach(([label, value, strong], index) => {
    const y = top + 27 + index * 16;
    page.text(label, x, y, { color: INK.dim, width: COLUMN * 0.5 });
    const weight = strong === true ? 'bold' : 'semibold';
    page.text(value, x + COLUMN * 0.4, y, { weight, width: COLUMN * 0.6, align: 'right' });
  });
}

interface Bar {
  label: string;
  amount: number;
  value: string;
}

function bars(
  page: ReportPage,
  title: string,
  all: readonly Bar[],
  color: string,
  x: number,
  top: number,
): void {
  heading(page, title, x, top);
  if (all.length === 0) page.text('None', x, top + 28, { color: INK.dim, width: COLUMN });
  const most = Math.max(...all.map((bar) => bar.amount), Number.MIN_VALUE);
  all.slice(0, ROWS).forEach((bar, index) => {
    const y = top + 28 + index * 27;
    page.text(bar.label, x, y, { width: COLUMN - 62 });
    page.text(bar.value, x + COLUMN - 58, y, { width: 58, weight: 'semibold', align: 'right' });
    page.box(x, y + 14, COLUMN, 5, INK.panel, 2.5);
    page.box(x, y + 14, (COLUMN * bar.amount) / most, 5, color, 2.5);
  });
  const more = all.length - ROWS;
  if (more > 0)
    page.text(`and ${count(more)} more`, x, top + 28 + ROWS * 27, { color: INK.dim, width: COLUMN });
}

function countRows({ attempts }: BatchReport): Row[] {
  const { passed, failed, unknown, running, debited } = attempts;
  return [
    ['Attempts that passed', count(passed)],
    ['+ failed', count(failed)],
    ['+ to be read back', count(unknown)],
    ['+ still running', count(running)],
    ['= attempts, lines of units.csv', count(passed + failed + unknown + running), true],
    ['Allowance debited', count(debited), true],
  ];
}

function batchRows(report: BatchReport): Row[] {
  const { job } = report;
  return [
    ['Job', `${job.id} rev ${job.revision}`],
    ['Checksum', job.checksum],
    ['Target', `${job.target.toUpperCase()} + ${job.rootOfTrust.toUpperCase()}`],
    ['Station', report.station],
    ['Opened by', report.operator],
    ['Mean time per passed unit', seconds(report.secondsPerUnit)],
  ];
}

function times(page: ReportPage, report: BatchReport, top: number): void {
  const all: Row[] = [
    ['Opened', instant(report.openedAt)],
    ['First unit started', instant(report.firstStartedAt)],
    ['Last unit ended', instant(report.lastEndedAt)],
    ['Closed', instant(report.closedAt)],
  ];
  page.box(left, top, INNER, 50, INK.panel, 8);
  const width = (INNER - 24) / all.length;
  all.forEach(([label, value], index) => {
    const x = left + 12 + index * width;
    page.text(label, x, top + 10, { size: 8, color: INK.dim, width: width - 8 });
    page.text(value, x, top + 25, { weight: 'semibold', width: width - 8 });
  });
}

function footer(page: ReportPage, report: BatchReport): void {
  const top = PAGE.height - 92;
  page.rule(top);
  const small: TextStyle = { size: 7.5, color: INK.dim };
  const rows: [string, string][] = [
    ['Batch', report.batchId],
    ['Job, SHA-256', grouped(report.job.sha256)],
    ['Signed by, SHA-256', grouped(report.stationCertificateSha256)],
  ];
  rows.forEach(([label, value], index) => {
    page.text(label, left, top + 10 + index * 12, small);
    page.text(value, left + 84, top + 10 + index * 12, { ...small, color: INK.text, width: INNER - 84 });
  });
  const made = `Made ${instant(report.madeAt)}. manifest.json, signed by the station, holds the hash of this page.`;
  page.text(made, left, top + 52, small);
  page.text('Rootline', left, top + 52, { ...small, weight: 'semibold', align: 'right' });
}

/** The batch on one A4 page, PDF. */
export async function renderReport(report: BatchReport): Promise<Buffer> {
  const page = new ReportPage(`${report.title}, lot ${report.lot}`, report.madeAt);
  const right = left + COLUMN + GAP;
  header(page, report);
  summary(page, report, 108);
  table(page, 'Counts', countRows(report), left, 234);
  table(page, 'Batch', batchRows(report), right, 234);
  times(page, report, 372);
  const failures = report.pareto.map((row) => ({
    label: row.label,
    amount: row.count,
    value: count(row.count),
  }));
  bars(page, 'Why attempts failed', failures, INK.fail, left, 446);
  const phases = report.phases.map((row) => ({
    label: row.title,
    amount: row.seconds,
    value: seconds(row.seconds),
  }));
  bars(page, 'Slowest phases', phases, INK.run, right, 446);
  footer(page, report);
  return page.finish();
}
