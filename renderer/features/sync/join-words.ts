import type { ErrorView } from '#contract/errors.ts';

const NOTHING_LEFT = 'Nothing of this station has left it.';

/** What to do where a line fails that does not exist yet: waiting, as for one that does, would change nothing. */
const NEXT: Readonly<Record<string, string>> = {
  'no-route': `Check the network cable, then press the button again. ${NOTHING_LEFT}`,
  dns: `Compare the address with the console, letter by letter. ${NOTHING_LEFT}`,
  refused: `Compare the address and its port with the console, and ask whether the cloud runs. ${NOTHING_LEFT}`,
  timeout: `Compare the address with the console; a firewall may swallow the question. ${NOTHING_LEFT}`,
  cut: `Compare the address with the console: this may be no cloud. ${NOTHING_LEFT}`,
  throttled: 'Wait a minute, then press the button again.',
  'server-error': 'Press the button again; if it stays, ask the administrator of the cloud.',
  'bad-answer': `Compare the address with the console: this may be no cloud. ${NOTHING_LEFT}`,
  'proxy-refused': `Sync without a proxy, or have it let this address through. ${NOTHING_LEFT}`,
};

/** A failure while joining, with what to do then: the line's own advice is for a station that has joined. */
export function joinView(error: ErrorView, asking: boolean): ErrorView {
  const next = Object.hasOwn(NEXT, error.code) ? NEXT[error.code] : undefined;
  if (next === undefined) return error;
  return {
    ...error,
    next: asking
      ? next
      : next.replace(NOTHING_LEFT, 'The code may have been used: ask for a new one if it is refused.'),
  };
}
