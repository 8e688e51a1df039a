/** Every way in which a courier file or a stick can fail. Nothing ever matches on a message. */
export type CourierErrorCode =
  | 'cut-off' // the file is shorter than its own structure says
  | 'altered' // a byte was changed, added or damaged since it was sealed
  | 'wrong-addressee' // sealed for somebody else
  | 'unknown-sender' // signer does not lead to a trusted root, or is of another tenant, purpose or name
  | 'replay' // its number was taken in before
  | 'gap' // transfers before it have not been taken in (context: missing)
  | 'other-history' // its number fits, but it follows another transfer than the one taken in: a restored sender
  | 'missing-part' // not all parts are here (context: missing)
  | 'foreign-part' // a part of another transfer under the same number, or that fits nowhere in this one
  | 'not-courier' // not a courier file at all
  | 'newer-format' // made by a newer version
  | 'too-large' // more bytes than either side agreed to hold at once
  | 'unreadable' // the medium gave no bytes: stick pulled out, damaged, no permission
  | 'disk-full'; // no room for the next part (context: whole = parts that are on the stick)

export type CourierContext = Readonly<Record<string, string | number | boolean | null | readonly number[]>>;

const NOTHING = 'Nothing of it was taken in.';

const ADVICE: Record<CourierErrorCode, readonly [state: string, next: string]> = {
  'cut-off': [NOTHING, 'Copy the file again, and eject the stick before it is pulled out.'],
  altered: [NOTHING, 'Copy the file again from where it was made; if it fails again, have it made again.'],
  'wrong-addressee': [NOTHING, 'Take the file to the station or cloud that it is for.'],
  'unknown-sender': [NOTHING, 'Find out where this file comes from before anybody uses it.'],
  replay: ['It was taken in before; taking it in again changes nothing.', 'The file may be deleted.'],
  gap: ['It stays unopened until the ones before it are here.', 'Bring the missing transfers, oldest first.'],
  'other-history': [
    NOTHING,
    'Ask whether the sender was restored from a backup; have the transfer made again.',
  ],
  'missing-part': ['The parts that are here are kept, sealed.', 'Bring the other sticks of this transfer.'],
  'foreign-part': [NOTHING, 'Leave the file out, or bring the rest of the transfer that it belongs to.'],
  'not-courier': ['The file was left alone.', 'Choose files whose name ends in .rlc.'],
  'newer-format': [NOTHING, 'Update this program, then read the file again.'],
  'too-large': [NOTHING, 'Have the transfer made in smaller parts.'],
  unreadable: [
    'What was read before is kept.',
    'Put the stick in again; if it fails again, use another one.',
  ],
  'disk-full': [
    'The parts written so far are whole.',
    'Put in another stick and go on, or make room on this one.',
  ],
};

interface CourierErrorOptions {
  context?: CourierContext;
  cause?: unknown;
  /** Where the usual advice does not fit. */
  state?: string;
  next?: string;
}

/** The one error class of the courier. `message` says what happened; `state` and `next` complete the sentence. */
export class CourierError extends Error {
  readonly code: CourierErrorCode;
  readonly state: string;
  readonly next: string;
  readonly context: CourierContext;

  constructor(code: CourierErrorCode, what: string, options: CourierErrorOptions = {}) {
    super(what, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CourierError';
    this.code = code;
    const [state, next] = ADVICE[code];
    this.state = options.state ?? state;
    this.next = options.next ?? next;
    this.context = options.context ?? {};
  }
}

/** The bytes are not what was sealed; `where` names the structure that shows it, for people who look closer. */
export function altered(where: string, cause?: unknown): CourierError {
  const what = 'The courier file was changed or damaged after it was sealed.';
  return new CourierError('altered', what, { context: { where }, cause });
}

/** Runs a parser on foreign bytes: whatever it throws means that they are not what was sealed. */
export function parsing<T>(where: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof CourierError) throw error;
    throw altered(where, error);
  }
}
