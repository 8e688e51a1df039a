const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1386 -> `1,386`. */
export const count = (value: number): string => whole.format(value);

/** 0.992 -> `99.2 %`; null -> a dash. */
export const percent = (share: number | null, digits = 1): string =>
  share === null ? '–' : `${(share * 100).toFixed(digits)} %`;

/** Seconds as a person reads them: `23.4 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 7200) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}

/** Time since an instant, coarse: `4 min`, `3 d`. */
export function since(instant: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(instant)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

/** Bytes done of a total, in the total's binary unit: `214 of 320 KiB`. */
export function bytesOf(done: number, total: number): string {
  const [divisor, unit] =
    total >= 10 * 1024 * 1024 ? [1024 * 1024, 'MiB'] : total >= 1024 ? [1024, 'KiB'] : [1, 'B'];
  return `${count(done / divisor)} of ${count(total / divisor)} ${unit}`;
}

/** A size on disk: `12.4 GB`. */
export function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  return value >= 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${value} B`;
}

/** Bytes per second: `97 kB/s`. */
export const rate = (perSecond: number): string =>
  perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(1)} MB/s` : `${count(perSecond / 1000)} kB/s`;

/** Hex grouped in bytes: `2d419c07` -> `2D 41 9C 07`. `last` keeps only that many bytes, with a leading ellipsis. */
export function hex(value: string, last?: number): string {
  const pairs = value.toUpperCase().match(/[0-9A-F]{2}/g) ?? [];
  if (last === undefined || pairs.length <= last) return pairs.join(' ');
  return `…${pairs.slice(-last).join(' ')}`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const stamp = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** Local clock time: `14:52`. */
export const clockTime = (instant: string | null): string =>
  instant === null ? '–' : clock.format(new Date(instant));

/** Local date and time, sortable: `2026-11-23 14:52:07`. */
export const dateTime = (instant: string | null): string =>
  instant === null ? '–' : stamp.format(new Date(instant));

/** Units that only say what kind of number it is. */
const PLAIN_UNITS = new Set(['', 'count', 'score']);
const figures = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

/** A measured value with at most four digits that matter, and its unit: `5.8 %`, `64.3 kB/s`. */
export function measured(value: number, unit: string): string {
  if (unit === 'B/s' && Math.abs(value) >= 1000) return `${figures.format(value / 1000)} kB/s`;
  const text = Number.isInteger(value) ? count(value) : figures.format(value);
  return PLAIN_UNITS.has(unit) ? text : `${text} ${unit}`;
}

/** A measurement's name as words: `bit-error-max` -> `Bit error max`. */
export function words(name: string): string {
  const text = name.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Keeps a number and its unit on one line: `12 %` never breaks before the percent sign. */
export const glue = (text: string): string =>
  text.replace(/(\d) (?=(?:%|[a-zA-Zµ°/]{1,5})(?:[\s.,·)]|$))/g, '$1\u00a0');
