import type { Request } from '#contract/contract.ts';
import type { Bench } from '#client/views.ts';

export type Control = Request<'bench.attach'>['control'];

/** How reset and mode pin are driven, as a person at the bench would say it. */
export interface Wiring {
  id: string;
  title: string;
  /** What it means in the hand. */
  help: string;
  /** Null: a board, whose port and channels are asked for. */
  control: Control | null;
}

export const WIRINGS: readonly Wiring[] = [
  {
    id: 'dtr-rts',
    title: 'DTR resets, RTS sets the mode',
    help: 'One transistor for each line. The usual fixture.',
    control: { kind: 'modem-lines', reset: 'dtr', mode: 'rts' },
  },
  {
    id: 'dtr-rts-cts',
    title: 'DTR resets, RTS sets the mode, CTS says that a part is in',
    help: 'With a contact in the socket: parts start by themselves.',
    control: { kind: 'modem-lines', reset: 'dtr', mode: 'rts', contact: 'cts' },
  },
  {
    id: 'rts-dtr',
    title: 'RTS resets, DTR sets the mode',
    help: 'One transistor for each line, the other way round.',
    control: { kind: 'modem-lines', reset: 'rts', mode: 'dtr' },
  },
  {
    id: 'cross',
    title: 'Cross-coupled, as on ESP boards',
    help: 'RTS resets, DTR sets the mode, through two transistors: both set together drive neither pin.',
    control: { kind: 'modem-lines', reset: 'rts', mode: 'dtr', crossCoupled: true },
  },
  {
    id: 'relay',
    title: 'A relay board',
    help: 'Two channels of a board on a serial port of its own; closed pulls low.',
    control: null,
  },
  {
    id: 'gpio',
    title: 'A GPIO board',
    help: 'Two pins of a USB GPIO module, which drives them: only where board and part have one voltage.',
    control: null,
  },
  {
    id: 'operator',
    title: 'By hand: jumper and button',
    help: 'The site asks each time, and the run waits for Done.',
    control: { kind: 'operator' },
  },
];

/** Whether a port has the lines: network addresses, USB devices and makers’ tools have none. */
export function fitsWiring(id: string, path: string, reach: Bench['targets'][number]['reach']): boolean {
  const kind = WIRINGS.find((wiring) => wiring.id === id)?.control?.kind;
  return kind !== 'modem-lines' || (reach === 'bytes' && !path.startsWith('tcp:'));
}

export interface RelayChoice {
  path: string;
  reset: string;
  mode: string;
}

/** First and last channel of a board: relays are counted from 1, pins as they are printed. */
export const channelsOf = (wiring: string): readonly [number, number] =>
  wiring === 'gpio' ? [0, 31] : [1, 64];

const channel = (text: string, [first, last]: readonly [number, number]): number | null => {
  const value = Number(text);
  return /^\d{1,2}$/.test(text) && value >= first && value <= last ? value : null;
};

/** The choice as the station takes it; null while something is missing. */
export function controlOf(wiring: string, relay: RelayChoice): Control | null {
  const chosen = WIRINGS.find(({ id }) => id === wiring);
  if (chosen === undefined) return null;
  if (chosen.control !== null) return chosen.control;
  const channels = channelsOf(wiring);
  const [reset, mode] = [channel(relay.reset, channels), channel(relay.mode, channels)];
  const complete = relay.path !== '' && reset !== null && mode !== null && reset !== mode;
  const board = wiring === 'gpio' ? { board: 'gpio' as const } : {};
  return complete ? { kind: 'relay', ...board, path: relay.path, reset, mode } : null;
}
