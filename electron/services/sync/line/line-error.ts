import type { ErrorView } from '#contract/errors.ts';

type Words = readonly [what: string, next: string];

const WAITS = 'Everything waits here and is sent by itself later.';

/** What the screen says. Each ends with nothing lost: what waits stays on the station until the cloud holds it. */
const sentences = {
  'no-route': ['There is no network between this station and the cloud.', `Check the cable. ${WAITS}`],
  dns: ['The name of the cloud cannot be found.', `Check the network and the address. ${WAITS}`],
  refused: ['Nobody answers at the address of the cloud.', `Ask whether the cloud runs. ${WAITS}`],
  'tls-untrusted': [
    'Who answers is not the cloud that this station joined.',
    'Nothing was sent. Check clock and address of the station; ask the administrator of the cloud.',
  ],
  'tls-expired-here': [
    "The certificate of this station's line has ended.",
    'Take a courier file to the cloud and back: it renews the certificate. Records wait here, safe.',
  ],
  'tls-revoked': [
    'The cloud does not let this station in any more.',
    'Ask the administrator of the cloud. Records wait here, safe.',
  ],
  'proxy-refused': [
    'The proxy did not let the connection through.',
    `Check address and password of the proxy in the settings. ${WAITS}`,
  ],
  timeout: ['The cloud did not answer in time.', `Nothing to do: it is tried again. ${WAITS}`],
  cut: ['The connection to the cloud was cut.', `Nothing to do: it goes on where it stopped. ${WAITS}`],
  throttled: ['The cloud is busy and asked to wait.', `Nothing to do: it is tried again. ${WAITS}`],
  'server-error': ['The cloud has a fault of its own.', `Nothing to do: it is tried again. ${WAITS}`],
  'cloud-full': [
    'The disk of the cloud is full: it cannot keep what this station sends.',
    `Tell the administrator of the cloud; this station's own disk is not meant. ${WAITS}`,
  ],
  'protocol-unsupported': [
    'This station and its cloud speak no common version.',
    'Update the older of the two. Records wait here, safe.',
  ],
  'identity-in-use': [
    'Another station is connected under the identity of this one.',
    'Find the copy and switch it off. This station tries again by itself; records wait here, safe.',
  ],
  'chain-forked': [
    'The cloud knows more of this station than the station itself: it was restored from a backup.',
    'Call the security officer: Sync, Decide. Until then records wait here, safe.',
  ],
  'wrong-tenant': [
    'The cloud answers for another owner than the one this station joined.',
    'Ask the administrator of the cloud. Nothing was sent; records wait here, safe.',
  ],
  'bad-answer': [
    'The answer of the cloud cannot be used.',
    `Note the code and ask the administrator of the cloud. ${WAITS}`,
  ],
  'disk-full': [
    'The disk of this station is full: what the cloud sent cannot be kept.',
    'Free some space. Nothing was lost: it is fetched again.',
  ],
  'code-refused': [
    'The cloud does not know this code, or it was used or has ended.',
    'Nothing was changed. Ask for a new code.',
  ],
} as const satisfies Record<string, Words>;

export type LineCode = keyof typeof sentences;
type Details = Readonly<Record<string, string | number | boolean>>;

export interface LineErrorOptions {
  details?: Details;
  cause?: unknown;
  /** Said by the cloud: not before this many milliseconds. */
  retryAfterMs?: number;
  /** Said by the cloud for people, in the place of our own words. */
  words?: { what: string; next: string };
}

/** The one error of the line. Its words are for the screen; `details` for engineers, without secrets. */
export class LineError extends Error {
  readonly code: LineCode;
  readonly details: Details;
  readonly retryAfterMs: number | null;
  private readonly words: LineErrorOptions['words'];

  constructor(code: LineCode, { details = {}, cause, retryAfterMs, words }: LineErrorOptions = {}) {
    super(sentences[code][0], cause === undefined ? {} : { cause });
    this.name = 'LineError';
    this.code = code;
    this.details = details;
    this.retryAfterMs = retryAfterMs ?? null;
    this.words = words;
  }

  get view(): ErrorView {
    const [ourWhat, ourNext] = sentences[this.code];
    const { what, next } = this.words ?? { what: ourWhat, next: ourNext };
    const details = { ...this.details };
    return { code: this.code, what, chip: null, next, retry: !NEEDS_PERSON.has(this.code), details };
  }
}

/** Trying again changes nothing until somebody has done something: tried all the same, but slowly. */
export const NEEDS_PERSON: ReadonlySet<LineCode> = new Set<LineCode>([
  ...(['tls-expired-here', 'tls-revoked', 'protocol-unsupported', 'identity-in-use'] as const),
  ...(['chain-forked', 'wrong-tenant', 'code-refused'] as const),
]);
