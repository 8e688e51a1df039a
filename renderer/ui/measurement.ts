import type { MeasurementView } from '#contract/sites.ts';
import { count, measured, words } from './format.ts';

interface Look {
  title: string;
  /** A count of 0 or 1 that answers a question. */
  yesNo?: true;
}

/** What each measurement is called on screen; records keep the names. One that is not listed shows its name as words. */
const LOOKS: Readonly<Record<string, Look>> = {
  'program-time': { title: 'Time to program' },
  rate: { title: 'Program rate' },
  bytes: { title: 'Bytes written' },
  'wire-share': { title: 'Share of the wire used' },
  verified: { title: 'Bytes read back' },
  'enrol-score': { title: 'Enrol score' },
  'bit-error': { title: 'Bit error, worst read' },
  'bit-error-mean': { title: 'Bit error, mean' },
  'other-identities': { title: 'Reads with another identity' },
  'helper-data-intact': { title: 'Helper data intact', yesNo: true },
  'identity-seen': { title: 'Identity seen before', yesNo: true },
  signature: { title: 'Signature holds', yesNo: true },
  'agent-locked': { title: 'Agent locked', yesNo: true },
  'csr-size': { title: 'Size of the CSR' },
  'chain-size': { title: 'Size of the certificate chain' },
};

const lookOf = (name: string): Look => LOOKS[name] ?? { title: words(name) };

/** `bit-error-mean` -> `Bit error, mean`. */
export const measurementTitle = (name: string): string => lookOf(name).title;

/** What a record holds where nothing could be computed: JSON has no NaN. */
const NOTHING = -1;

/** The value as it reads: `5.8 %`, `yes`; a read that failed has none. */
export function measurementValue({ name, value, unit, ok }: MeasurementView): string {
  if (!Number.isFinite(value) || (value === NOTHING && !ok)) return 'not read';
  if (lookOf(name).yesNo !== true) return measured(value, unit);
  return value === 0 ? 'no' : 'yes';
}

/** The limits as they read: `≤ 12 %`, `70 … 100`, `must be yes`; nothing where there are none. */
export function measurementLimits({ name, min, max, unit }: MeasurementView): string {
  if (min === null && max === null) return '';
  if (lookOf(name).yesNo === true) return min === null ? 'must be no' : 'must be yes';
  if (min !== null && max !== null)
    return min === max ? `= ${measured(min, unit)}` : `${measured(min, '')} … ${measured(max, unit)}`;
  if (max === 0 && unit === 'count') return `must be ${count(0)}`;
  return max === null ? `≥ ${measured(min ?? 0, unit)}` : `≤ ${measured(max, unit)}`;
}

/** False for an answer: it has no place between two limits. */
export const isOnScale = (name: string): boolean => lookOf(name).yesNo !== true;
