import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import type { WireEntry } from '#drivers/core/host-api.ts';
import { SmpParser } from '#drivers/protocols/smp/parser.ts';
import { rootMark } from '#drivers/virtual/agent/root-mark.ts';
import { openPseudoTerminal } from '#drivers/virtual/wire/pseudo-terminal.ts';
import { asIntelHex, idleImage } from '#scripts/demo-jobs/filler.ts';
import { artefact, writeJob } from '#scripts/demo-jobs/job.ts';
import { esecureJob } from '#scripts/demo-jobs/ra8m1-esecure.ts';
import { loadJobs } from '#services/jobs/load-job.ts';
import { registerJobs } from '#services/jobs/register-jobs.ts';
import { recordFileSchema, type UnitRecord } from '#services/records/record-schema.ts';
import type { StationDeps } from '#services/station/station.ts';
import { startTestStation, type TestStation } from './harness.ts';

const FLASH = 0x02000000;
const STACK = 0x22080000;
const TOOL = join(import.meta.dirname, '..', '..', 'scripts', 'open-kept-key.ts');

export const newPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const pkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The door lock's job for software keys; `recipient`: whom they are kept for. */
async function writeKeepingJob(folder: string, id: string, recipient: KeyObject): Promise<void> {
  const { recipe } = esecureJob();
  if (recipe.format !== 'rootline-job/2') throw new Error('another form');
  const bytes = idleImage(id, FLASH, 4096, STACK);
  bytes.set(rootMark('software'), 0x100);
  const pem = recipient.export({ type: 'spki', format: 'pem' });
  const files = { 'firmware.hex': asIntelHex(FLASH, bytes), 'escrow.pem': Buffer.from(pem) };
  const artefacts = {
    firmware: artefact(files, 'firmware.hex', { kind: 'image' }),
    escrow: artefact(files, 'escrow.pem', { kind: 'key-recipient' }),
  };
  const phases = recipe.phases.map((phase) =>
    phase.operation === 'enrol' ? { ...phase, params: { keepKeyFor: 'escrow' } } : phase,
  );
  const own = { ...recipe, id, rootOfTrust: 'software', artefacts, phases };
  await writeJob(join(folder, id), { files, recipe: own });
}

/** A station with that job, `SK1`, and one site; its files go below `folder`. */
export async function startKeepingStation(
  folder: string,
  recipient: KeyObject,
  wrap: (deps: StationDeps) => StationDeps = (deps) => deps,
): Promise<TestStation> {
  const jobs = join(folder, 'jobs');
  await writeKeepingJob(jobs, 'SK1', recipient);
  const own = await loadJobs(jobs, jobTools);
  const test = await startTestStation({
    sites: 1,
    wrap: (deps) => wrap({ ...deps, jobs: new Map([...deps.jobs, ...own]) }),
  });
  await registerJobs(test.store, jobs, jobTools);
  return test;
}

/** Puts a part in and waits for the end of its run; it stays in. Returns its unique id. */
export async function begin(test: TestStation, uid?: string): Promise<string> {
  await test.until('A1', 'empty');
  await test.hands.insertPart('A1', uid);
  await test.until('A1', 'passed', 'failed', 'unknown');
  return test.hands.uid('A1');
}

export async function takeOut(test: TestStation): Promise<void> {
  await test.hands.remove('A1');
  await test.until('A1', 'empty');
}

export interface Exported {
  record: UnitRecord;
  /** The record's file, and the certificate's. */
  path: string;
  certificate: string;
}

/** Closes the batch and exports it: its records by chip. */
export async function exportOf(test: TestStation, batchId: string): Promise<Map<string, Exported>> {
  await test.call('batches.close', { batchId, leaveUnknown: false });
  const { folder } = await test.call('batches.export', { batchId });
  const units = new Map<string, Exported>();
  for (const name of await readdir(join(folder, 'records'))) {
    const path = join(folder, 'records', name);
    const { record } = recordFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const certificate = join(folder, 'certificates', name.replace('.json', '.pem'));
    units.set(record.chipUid, { record, path, certificate });
  }
  return units;
}

/** Runs the recipient's tool as a person would: what it says, and how it ends. */
export async function openKeptKey(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [TOOL, ...args])) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

/** A record with other contents, as somebody who has the file could write it. */
export async function altered(
  path: string,
  to: string,
  change: (record: UnitRecord) => void,
): Promise<string> {
  const file = recordFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  change(file.record);
  await writeFile(to, JSON.stringify(file));
  return to;
}

/** Every file below a folder, one after the other. */
export async function everyFile(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(
    await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))),
  );
}

/** A byte log: as it is shown, and its bytes by direction with the contents of the agent's packets among them. */
export function bytesOfLog(entries: readonly WireEntry[]): { shown: Buffer; packets: Buffer } {
  const sides = (['sent', 'received'] as const).map((side) =>
    Buffer.concat(entries.map(({ direction, hex }) => Buffer.from(direction === side ? hex : '', 'hex'))),
  );
  const packets = sides.flatMap((side) =>
    new SmpParser().push(side).flatMap((event) => (event.type === 'packet' ? [event.packet.payload] : [])),
  );
  const shown = Buffer.from(JSON.stringify(entries));
  return { shown: Buffer.concat([shown, ...sides]), packets: Buffer.concat(packets) };
}

/** Runs the tool with a terminal as its standard output: what came out there, and what it says. */
export async function onTerminal(args: readonly string[]): Promise<{ shown: string; stderr: string }> {
  const chunks: Uint8Array[] = [];
  const terminal = openPseudoTerminal((bytes) => void chunks.push(bytes));
  const slave = await open(terminal.path, 'r+');
  const tool = spawn(process.execPath, [TOOL, ...args], { stdio: ['ignore', slave.fd, 'pipe'] });
  const [stderr] = await Promise.all([text(tool.stderr!), once(tool, 'close')]);
  await slave.close();
  terminal.close();
  return { shown: Buffer.concat(chunks).toString(), stderr };
}
