import type { SyncView } from '#contract/sync.ts';
import { count, dateTime, since } from '#ui/format.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import type { Tone } from '#ui/theme/tokens.ts';

export interface LineLook {
  word: string;
  shape: Shape;
  tone: Tone;
}

/** Colour, shape and word of each state of the line. */
export const LINE_LOOKS: Record<SyncView['state'], LineLook> = {
  none: { word: 'No cloud', shape: 'dashed', tone: 'idle' },
  connecting: { word: 'Connecting', shape: 'ring', tone: 'run' },
  online: { word: 'Online', shape: 'circle', tone: 'pass' },
  offline: { word: 'Offline', shape: 'offline', tone: 'unknown' },
  paused: { word: 'Paused', shape: 'ready', tone: 'unknown' },
  stopped: { word: 'Stopped', shape: 'octagon', tone: 'fail' },
  courier: { word: 'By courier', shape: 'ready', tone: 'run' },
};

/** What the state means for what was made here. */
export function lineSentence({ state, waiting, rate }: SyncView): string {
  switch (state) {
    case 'none':
      return 'This station belongs to no cloud. Everything made here is kept here.';
    case 'connecting':
      return 'Asking the cloud how far it is.';
    case 'online':
      if (waiting === 0) return 'Everything made here is in the cloud.';
      return rate === null ? 'What waits goes up next.' : 'What was made here is going up.';
    case 'offline':
      return 'Work goes on. What is made here is kept, and goes up by itself once the line is back.';
    case 'paused':
      return 'Nothing goes up or comes down until the line is started again. Work goes on.';
    case 'stopped':
      return 'The line waits for a person. Work goes on, and what is made here is kept.';
    case 'courier':
      return 'This station has no line. What it makes travels on a stick.';
  }
}

/** `about 15 s`, `about 4 min`: coarse, so that it stands still long enough to be read. */
export function timeLeft(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3600)} h`;
}

/** `in 12 s`, `in 4 min`, `now`. */
export function untilText(instant: string, now: number): string {
  const seconds = Math.round((Date.parse(instant) - now) / 1000);
  if (seconds <= 0) return 'now';
  return seconds < 120 ? `in ${seconds} s` : `in ${Math.round(seconds / 60)} min`;
}

/** `3 d`; `under 1 min` within the first. */
export const ageText = (instant: string, now: number): string =>
  now - Date.parse(instant) < 60_000 ? 'under 1 min' : since(instant, now);

/** `3 d ago`; `just now` within the first minute. */
export function agoText(instant: string, now: number): string {
  return now - Date.parse(instant) < 60_000 ? 'just now' : `${since(instant, now)} ago`;
}

/** When the cloud was last heard: coarse while it is, to the minute while it is not. */
export function contactText({ state, lastContact }: SyncView, now: number): string {
  if (lastContact === null) return 'Never reached yet';
  if (state === 'online') return `Last contact ${agoText(lastContact, now)}`;
  return `Last contact ${dateTime(lastContact).slice(0, 16)}`;
}

/** Whose cloud: tenant and cloud, or one name where both have the same. */
export const ownerWords = ({ name, tenant }: { name: string; tenant: string }): string =>
  tenant === name ? name : `${tenant} in ${name}`;

/** `412 records/s`, `3.2 records/s`. */
export const recordsRate = (perSecond: number): string =>
  `${perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)} records/s`;

/** Seconds from which a clock that is off is worth a line. */
const OFFSET_SHOWN_S = 5;
/** Seconds from which it is worth a warning: certificates and orders are judged by the clock. */
const OFFSET_WARNED_S = 60;

/** How far this station's clock is off, or null while nobody needs to know. */
export function offsetText(seconds: number | null): { text: string; warn: boolean } | null {
  if (seconds === null || Math.abs(seconds) < OFFSET_SHOWN_S) return null;
  const size = Math.abs(Math.round(seconds));
  const amount =
    size < 120 ? `${size} s` : size < 7200 ? `${Math.round(size / 60)} min` : `${Math.round(size / 3600)} h`;
  return {
    text: `${amount} ${seconds > 0 ? 'ahead of' : 'behind'} the cloud`,
    warn: size >= OFFSET_WARNED_S,
  };
}
