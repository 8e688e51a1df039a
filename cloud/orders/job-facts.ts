import { z } from 'zod';
import { refusal } from '#cloud/api/api-error.ts';

/** What the cloud needs of a job.json. The station that runs it checks all of it (docs/jobs.md). */
const facts = z.object({
  id: z.string().min(1).max(64),
  revision: z.number().int().min(1),
  name: z.string().trim().min(1).max(120),
  artefacts: z
    .record(z.string(), z.object({ file: z.string().min(1).max(200), sha256: z.string() }))
    .default({}),
});
export type JobFacts = z.infer<typeof facts>;

function parsed(job: string): unknown {
  try {
    return JSON.parse(job);
  } catch {
    return null;
  }
}

const unfit = (what: string, field: string) =>
  refusal('invalid', {
    what: `job: ${what}`,
    next: 'Give the job.json of a job folder as it is, and all files that it names.',
    details: { field, place: 'body' },
  });

/** Reads what names a job. Throws `invalid` naming the field. */
export function jobFacts(job: string): JobFacts {
  const found = facts.safeParse(parsed(job));
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw unfit(`${issue?.path.join('.') || 'the file'}: ${issue?.message ?? ''}`, 'job');
}

/** Every file that the job names must be given, with the hash that the job says. Throws `invalid`. */
export function checkFiles(
  { artefacts }: JobFacts,
  files: readonly { name: string; sha256: string }[],
): void {
  for (const { file, sha256 } of Object.values(artefacts)) {
    const given = files.find(({ name }) => name === file);
    if (given === undefined) throw unfit(`it names ${file}, which is not among the files`, 'files');
    if (given.sha256 !== sha256) throw unfit(`${file} has another hash than the job says`, 'files');
  }
}
