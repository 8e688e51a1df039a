/** A file of a job: its bytes, and what they hash to. */
export interface JobFile {
  name: string;
  sha256: string;
  file: File;
}

/** A job folder as it was chosen, held against what its job.json names. */
export interface JobFolder {
  /** job.json, byte for byte. */
  job: string;
  id: string;
  name: string;
  revision: number;
  allowance: number | null;
  /** The files that the job names, in its order; those that are not as named carry why. */
  files: (JobFile & { problem: string | null })[];
  missing: string[];
  /** Chosen, and not part of the job. */
  others: string[];
}

const MANIFEST = 'job.json';
/** docs/jobs.md. */
const FORMATS: readonly unknown[] = ['rootline-job/1', 'rootline-job/2'];
/** Of newOrder in cloud/contract/views.ts. */
const LARGEST_JOB = 1_000_000;

async function sha256(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Manifest {
  id: string;
  name: string;
  revision: number;
  allowance: number | null;
  artefacts: { file: string; sha256: string }[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function artefactsIn(value: unknown): Manifest['artefacts'] | null {
  if (!isRecord(value)) return null;
  const found = Object.values(value).map((each) =>
    isRecord(each) && typeof each['file'] === 'string' && typeof each['sha256'] === 'string'
      ? { file: each['file'], sha256: each['sha256'] }
      : null,
  );
  return found.includes(null) ? null : found.filter((each) => each !== null);
}

function manifestOf(text: string): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || !FORMATS.includes(value['format'])) return null;
  const { id, name, revision, allowance } = value;
  const artefacts = artefactsIn(value['artefacts']);
  if (typeof id !== 'string' || typeof name !== 'string' || typeof revision !== 'number' || !artefacts)
    return null;
  return { id, name, revision, allowance: typeof allowance === 'number' ? allowance : null, artefacts };
}

/** Reads what was chosen. A string says, for people, why it is no job. */
export async function readJobFolder(chosen: readonly File[]): Promise<JobFolder | string> {
  const manifest = chosen.find(({ name }) => name === MANIFEST);
  if (!manifest)
    return 'There is no job.json among the files. Choose the folder of a job, or all of its files.';
  if (manifest.size > LARGEST_JOB) return 'job.json is larger than any job. Choose the folder of a job.';
  const job = await manifest.text();
  const read = manifestOf(job);
  if (!read) return 'job.json is not a job of format rootline-job/1 or /2. Check it at a station first.';
  const byName = new Map(chosen.map((file) => [file.name, file]));
  const files: JobFolder['files'] = [];
  for (const { file: name, sha256: named } of read.artefacts) {
    const file = byName.get(name);
    if (!file) continue;
    const actual = await sha256(file);
    files.push({
      name,
      file,
      sha256: actual,
      problem: actual === named ? null : 'differs from what job.json names',
    });
  }
  const names = new Set(read.artefacts.map(({ file }) => file));
  const { id, name, revision, allowance } = read;
  return {
    ...{ id, name, revision, allowance, job },
    files,
    missing: [...names].filter((name) => !byName.has(name)),
    others: chosen.map(({ name }) => name).filter((name) => name !== MANIFEST && !names.has(name)),
  };
}

/** Whether a station would take it: every file there and as named. */
export const isWhole = ({ files, missing }: JobFolder): boolean =>
  missing.length === 0 && files.every(({ problem }) => problem === null);
