import type { DriverErrorCode } from '#drivers/core/errors.ts';
import type { StoreErrorCode } from '#store/errors.ts';
import type { EngineCode } from './run-error.ts';

export type FailureCode = DriverErrorCode | StoreErrorCode | EngineCode;

/** Values a sentence may name. `phase` is the title of the phase in lower case. */
export type FailureContext = Readonly<Record<string, string | number | boolean>>;

/** `label` for a Pareto row; `what` happened; `next` for the operator where the part is not in doubt. */
export interface FailureEntry {
  label: string;
  what: (context: FailureContext) => string;
  next: string;
  /** The same part may be started again as it is. */
  retry: boolean;
}

const RED_TRAY = 'Put it in the red tray.';
const AGAIN = 'Seat the part again and start it once more. If it fails again, put it in the red tray.';
const ENGINEER = 'Call an engineer. Do not put in another part.';

/** A value of the context, or words that stand in when it is missing. */
const named = (context: FailureContext, key: string, otherwise: string) => String(context[key] ?? otherwise);
/** Nothing where no phase was under way: a cable may be lost on a site that does nothing. */
const during = ({ phase }: FailureContext) => (phase === undefined ? '' : ` during ${phase}`);

function entry(
  label: string,
  what: string | ((context: FailureContext) => string),
  next: string,
  retry = false,
): FailureEntry {
  return { label, what: typeof what === 'string' ? () => what : what, next, retry };
}

/** Units that are no words to say after a number. */
const plain = new Set<unknown>([undefined, 'count', 'score']);

/** `Bit error 13.1 %, limit 12 %`. */
function limitSentence(context: FailureContext): string {
  const unit = plain.has(context['unit']) ? '' : ` ${context['unit']}`;
  const title = named(context, 'title', 'Measurement');
  if (context['value'] === undefined) return `${title} was not measured`;
  const bound = context['min'] !== undefined ? 'at least ' : '';
  const limit = context['max'] ?? context['min'] ?? '';
  return `${title} ${context['value']}${unit}, limit ${bound}${limit}${unit}`;
}

/** Every code a run can end with has its sentence here; the types make the table complete. */
export const failureTable: Readonly<Record<FailureCode, FailureEntry>> = {
  'no-answer': entry('No contact', (c) => `No answer from the chip${during(c)}`, AGAIN, true),
  'port-gone': entry(
    'Cable lost',
    (c) => `Cable lost${during(c)}`,
    'Plug the cable in and start the part again.',
    true,
  ),
  'port-busy': entry('Port busy', 'Another program holds the port', 'Close the other program.', true),
  'port-missing': entry(
    'No programmer',
    (c) => `The programmer is not connected${c['path'] === undefined ? '' : ` (${c['path']})`}`,
    'Plug the programmer in.',
    true,
  ),
  'line-echoes': entry(
    'Echo on the line',
    'What is sent comes back: the adapter or the line echoes',
    'Call an engineer: another adapter, or its echo turned off.',
    true,
  ),
  'bad-frame': entry('Noise on the line', (c) => `Unreadable answer${during(c)}`, AGAIN, true),
  'bad-checksum': entry('Noise on the line', (c) => `Damaged answer${during(c)}`, AGAIN, true),
  'device-error': entry(
    'Chip refused',
    (c) => `The chip refused${during(c)}${c['status'] === undefined ? '' : ` (status ${c['status']})`}`,
    RED_TRAY,
  ),
  'wrong-chip': entry(
    'Wrong chip',
    (c) => `This is not the chip of the job${c['product'] === undefined ? '' : `: it says ${c['product']}`}`,
    'Take it out and check the label of the tube or reel.',
  ),
  'chip-swapped': entry(
    'Part changed',
    'The part was changed in the middle of the run',
    'Put both parts in the red tray. Leave a part in until its result shows.',
  ),
  'wrong-state': entry(
    'Wrong state',
    (c) => `The chip is in a state that does not allow this step${during(c)}`,
    RED_TRAY,
  ),
  protected: entry('Protected', (c) => `The chip is protected and refuses access${during(c)}`, RED_TRAY),
  locked: entry('Locked before', 'The chip is locked already', 'Put it in the red tray: it was made before.'),
  'verify-mismatch': entry('Verify', 'The part does not hold or sign what it was given', RED_TRAY, true),
  'image-format': entry(
    'Firmware file',
    (c) => `The firmware file cannot be read${c['line'] === undefined ? '' : ` (line ${c['line']})`}`,
    ENGINEER,
  ),
  'image-range': entry('Firmware file', 'The firmware does not fit the chip', ENGINEER),
  'image-overlap': entry('Firmware file', 'Two pieces of the firmware claim one address', ENGINEER),
  'enrol-refused': entry('Enrolment refused', 'The root of trust refused to enrol', AGAIN, true),
  'outcome-unknown': entry('Answer lost', (c) => `Answer lost${during(c)}`, RED_TRAY),
  unsupported: entry('Not supported', 'The chip cannot do what the job asks', ENGINEER),
  cancelled: entry('Stopped', (c) => `It was stopped${during(c)}`, 'Start the part again.', true),
  'host-died': entry(
    'Driver restarted',
    (c) => `The driver ended${during(c)} and was restarted`,
    'Start the part again.',
    true,
  ),
  'bad-argument': entry('Job data', 'The job asks for something that the driver does not know', ENGINEER),
  'second-start': entry(
    'Second start',
    (c) => `Another station has this data folder open (process ${named(c, 'pid', 'unknown')})`,
    'Close this one and use the first.',
  ),
  'newer-database': entry(
    'Newer database',
    'This data folder was made by a newer version',
    'Install the newer version.',
  ),
  'disk-full': entry('Disk full', 'The disk is full: nothing can be recorded', 'Free some space.', true),
  corrupt: entry('Database damaged', 'The database is damaged', 'Call an engineer: restore the backup.'),
  conflict: entry('Conflict', 'This is recorded already with other contents', ENGINEER),
  'not-found': entry('Not found', 'This is not on this station', ENGINEER),
  'already-passed': entry(
    'Made before',
    'This part has passed before',
    'Put it in the green tray with the finished parts.',
  ),
  'passed-in-other-batch': entry(
    'Other batch',
    (c) => `This part has passed before, in lot ${named(c, 'lot', 'unknown')}`,
    'Keep it out of this lot: put it back with the parts of its own.',
  ),
  'uid-twice': entry(
    'Id twice',
    (c) => `Site ${named(c, 'site', 'unknown')} has a part with the same unique id under way`,
    'Wait for its result. If both sites hold a part, keep both apart and call an engineer.',
    true,
  ),
  'still-unknown': entry(
    'To be read back',
    'This part has a run that was never read back',
    'Leave the part in, press Read back.',
  ),
  'allowance-used-up': entry('Allowance', 'The allowance of the job is used up', 'Call an engineer.'),
  'identity-seen': entry(
    'Clone',
    'Another part has this identity already',
    'Keep the part apart and call an engineer: it may be a copy.',
  ),
  io: entry('Disk', 'The disk could not be written', ENGINEER, true),
  limit: entry('Limit', limitSentence, RED_TRAY),
  timeout: entry(
    'Took too long',
    (c) => `${named(c, 'title', 'The phase')} took longer than ${named(c, 'seconds', '?')} s`,
    AGAIN,
    true,
  ),
  stopped: entry('Stopped', (c) => `Stopped by a person${during(c)}`, 'Start the part again.', true),
  'part-removed': entry(
    'Taken out early',
    (c) => `The part was taken out${during(c)}`,
    'Put it in again and leave it in until its result shows.',
    true,
  ),
  interrupted: entry(
    'Interrupted',
    (c) => `The station ended${during(c)}`,
    'The part may be started again.',
    true,
  ),
  'not-locked': entry('Lock failed', 'The chip was told to lock and is still open', RED_TRAY),
  'identity-mismatch': entry(
    'Identity differs',
    'The chip does not hold the identity that this run gave it',
    'Keep the part apart and call an engineer.',
  ),
  'proof-refused': entry('Proof failed', 'The chip could not prove its identity', RED_TRAY),
  'certificate-refused': entry('Certificate', 'No certificate was issued for this part', ENGINEER),
  'wrong-site': entry(
    'Wrong site',
    (c) =>
      `This site is set up for ${named(c, 'found', 'another chip')}, the job is for ${named(c, 'expected', 'another')}`,
    'Use a site of the right kind, or have an engineer set this one up for the job.',
  ),
  'tool-not-allowed': entry(
    'Tool not allowed',
    (c) => `This station may not run ${named(c, 'tool', 'the tool')} for a job`,
    'Have an engineer add it, with its SHA-256, to tools.json of this station if it is to be trusted.',
  ),
  'fixture-control': entry(
    'Fixture',
    (c) =>
      `The job asks for reset and mode pin by ${named(c, 'expected', 'another way')}, this site has ${named(c, 'found', 'none')}`,
    'Use a site that is wired as the job asks, or call an engineer.',
  ),
  'no-identity': entry(
    'No unique id',
    'The part shows no unique id: it cannot be told from others',
    RED_TRAY,
  ),
  'wrong-root-of-trust': entry(
    'Root of trust',
    (c) =>
      `The job is for the root of trust ${named(c, 'expected', 'it names')}, the firmware says ${named(c, 'found', 'another')}`,
    ENGINEER,
  ),
  'provisioned-elsewhere': entry(
    'Made elsewhere',
    (c) =>
      `This part was provisioned before, and not by this station (${named(c, 'found', 'it says so itself')})`,
    'Put it in the red tray and tell an engineer: its keys may be in use.',
  ),
  'not-taken': entry(
    'Not taken',
    (c) =>
      `The chip does not show the state it was brought to${c['expected'] === undefined ? '' : `: ${c['expected']}`}`,
    RED_TRAY,
  ),
  unfinished: entry(
    'Left half done',
    'A step that cannot be undone was taken, and the steps after it were not',
    RED_TRAY,
  ),
  'identity-hidden': entry(
    'Id hidden',
    'The part is protected and does not show which one it is',
    'Put it in the red tray: nobody can say that it is the part of this run.',
  ),
  internal: entry('Defect', 'Rootline made a mistake of its own', 'Note the code and call an engineer.'),
};
