/** Attempts of a batch by outcome, counted while units.csv is written: the report's numbers are the file's lines. */
export interface AttemptTally {
  passed: number;
  failed: number;
  unknown: number;
  running: number;
  debited: number;
}

export function newTally(): AttemptTally {
  return { passed: 0, failed: 0, unknown: 0, running: 0, debited: 0 };
}

/** What the one page says. */
export interface BatchReport {
  title: string;
  lot: string;
  traveller: string;
  batchId: string;
  job: {
    id: string;
    revision: number;
    checksum: string;
    sha256: string;
    target: string;
    rootOfTrust: string;
  };
  station: string;
  operator: string;
  openedAt: string;
  closedAt: string | null;
  firstStartedAt: string | null;
  lastEndedAt: string | null;
  madeAt: string;
  quantity: number;
  units: { made: number; failed: number; unknown: number; running: number };
  attempts: AttemptTally;
  /** Units made of units finished, 0..1; null before the first result. */
  yield: number | null;
  secondsPerUnit: number | null;
  pareto: { label: string; count: number }[];
  phases: { title: string; seconds: number }[];
  stationCertificateSha256: string;
}
