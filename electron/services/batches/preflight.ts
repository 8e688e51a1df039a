import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { PreflightCheck } from '#contract/batches.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { viewOf } from '#services/engine/failures.ts';
import { isToolAllowed, TOOLS_FILE } from '#services/jobs/allowed-tools.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import type { Store } from '#store/api.ts';
import { isFor, refuseSites, type PlacedSite } from './site-fit.ts';

export interface PreflightParts {
  store: Pick<Store, 'jobs' | 'batches'>;
  jobs: ReadonlyMap<string, LoadedJob>;
  drivers: Pick<DriverHost, 'pid' | 'listPorts'>;
  authority: { checkValidity(until: Date): void };
  vault: { readonly locked: boolean };
  dataDir: string;
  sites: { all(): readonly PlacedSite[] };
}

type Finding = Omit<PreflightCheck, 'id' | 'title'>;
const ok = (detail: string): Finding => ({ state: 'ok', detail, next: null });
const warning = (detail: string, next: string): Finding => ({ state: 'warning', detail, next });
const failed = (detail: string, next: string): Finding => ({ state: 'failed', detail, next });
const check = (id: string, title: string, finding: Finding): PreflightCheck => ({ id, title, ...finding });

/** A unit leaves about this much in journal, record and certificate, bytes. */
const UNIT_BYTES = 48 * 1024;
const SPARE_BYTES = 256 * 1024 * 1024;
/** A unit is assumed to take this long when the end of a batch is estimated, seconds. */
const UNIT_SECONDS = 60;

/** Everything that could stop a batch half-way, looked at before the first part. Never throws: a check that cannot be made has failed. */
export async function preflight(
  parts: PreflightParts,
  request: { jobId: string; quantity: number },
): Promise<PreflightCheck[]> {
  const job = parts.jobs.get(request.jobId);
  const checks = [
    check('job', 'Job and its files', artefacts(request.jobId, job)),
    check('batch', 'No other batch', await guarded(() => otherBatch(parts))),
    check('sites', 'Sites', sites(parts, job)),
    ...(await tool(parts, job)),
    check('driver', 'Driver', await guarded(() => driver(parts))),
    check('vault', 'Keys', vault(parts)),
    check('authority', 'Certificate authority', await guarded(() => authority(parts, request.quantity))),
    check('allowance', 'Allowance', await guarded(() => allowance(parts, request))),
    check('disk', 'Disk', await guarded(() => disk(parts, request.quantity))),
  ];
  return checks;
}

async function guarded(find: () => Promise<Finding> | Finding): Promise<Finding> {
  try {
    return await find();
  } catch (error) {
    const { what, next } = viewOf(error, null);
    return failed(what, next);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function artefacts(jobId: string, job: LoadedJob | undefined): Finding {
  if (job === undefined) return failed(`Job ${jobId} is not on this station.`, 'Ask an engineer to load it.');
  const { name, revision, artefacts: named } = job.recipe;
  const changed = Object.entries(named).find(([key, artefact]) => {
    const bytes = job.files.get(key);
    return bytes === undefined || sha256(bytes) !== artefact.sha256;
  });
  if (changed !== undefined)
    return failed(
      `${changed[1].file} is not the file that the job was made with.`,
      'Ask for a complete copy of the job.',
    );
  const files = Object.keys(named).length;
  const checked = files === 1 ? 'One file' : `${NUMBERS[files] ?? String(files)} files`;
  return ok(`${name}, revision ${revision}, checksum ${job.checksum}. ${checked} checked.`);
}

const NUMBERS: readonly string[] = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six'];

async function otherBatch({ store }: PreflightParts): Promise<Finding> {
  const [open] = await store.batches.list('open', 1);
  return open === undefined
    ? ok('No batch is open.')
    : failed(`Batch ${open.traveller} is ${open.state}.`, 'Close it before another one is opened.');
}

/** Sites that the job can run on: set up for its target, and wired as it asks. */
function sites(parts: PreflightParts, job: LoadedJob | undefined): Finding {
  const all = parts.sites.all();
  const refused = job === undefined ? null : refuseSites(job.recipe, all);
  if (refused !== null) return failed(refused.view.what, refused.view.next);
  const fit = job === undefined ? all : all.filter((site) => isFor(job.recipe, site));
  const states = fit.map(({ state }) => state);
  const online = states.filter((state) => state !== 'offline').length;
  const unread = states.filter((state) => state === 'unknown').length;
  const others = all.length - fit.length;
  const text = `${online} of ${fit.length} sites are online.${others > 0 ? ` ${others} are for other jobs.` : ''}`;
  if (online === 0) return failed(text, 'Plug the programmers in, or look at the bench.');
  if (unread > 0) return warning(`${text} ${unread} to be read back.`, 'Read them back first.');
  return online < states.length ? warning(text, 'Look at the bench for the others.') : ok(text);
}

/** For jobs that a maker's tool carries out only. */
async function tool({ dataDir }: PreflightParts, job: LoadedJob | undefined): Promise<PreflightCheck[]> {
  const described = job?.recipe.tool;
  if (described === undefined) return [];
  const finding = (await isToolAllowed(dataDir, described))
    ? ok(`${described.path} is on the list of this station.`)
    : failed(
        `This station may not run ${described.path} for a job.`,
        `Have an engineer add it, with its SHA-256, to ${TOOLS_FILE} of this station if it is to be trusted.`,
      );
  return [check('tool', 'Tool', finding)];
}

async function driver({ drivers }: PreflightParts): Promise<Finding> {
  if (drivers.pid === null)
    return failed('The driver process is restarting.', 'Wait a moment and try again.');
  await drivers.listPorts();
  return ok(`The driver process ${drivers.pid} answers.`);
}

function vault({ vault: { locked } }: PreflightParts): Finding {
  return locked
    ? failed('The vault is locked.', 'Ask the security officer to unlock it.')
    : ok('The vault is open.');
}

function authority(parts: PreflightParts, quantity: number): Finding {
  const until = new Date(Date.now() + quantity * UNIT_SECONDS * 1000);
  parts.authority.checkValidity(until);
  return ok('Root, issuing CA and station certificate are valid beyond the end of the batch.');
}

async function allowance(
  { store }: PreflightParts,
  request: { jobId: string; quantity: number },
): Promise<Finding> {
  const left = (await store.jobs.get(request.jobId))?.allowanceLeft ?? 0;
  const text = `${count(left)} units are left, ${count(request.quantity)} ordered.`;
  return left >= request.quantity ? ok(text) : failed(text, 'Open a smaller batch, or call an engineer.');
}

async function disk({ dataDir }: PreflightParts, quantity: number): Promise<Finding> {
  const free = await freeBytes(dataDir);
  const needed = quantity * UNIT_BYTES + SPARE_BYTES;
  const text = `${gigabytes(free)} free, ${gigabytes(needed)} needed at most.`;
  return free >= needed ? ok(text) : failed(text, 'Free some space.');
}

const count = (value: number): string => value.toLocaleString('en');
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Bytes that this account may still write there. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
