import { createHash, createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { OperationName } from '#drivers/core/operations.ts';
import { keptKeyOf } from '#services/records/kept-key.ts';
import type { TestStation } from '../integration/harness.ts';
import {
  begin,
  exportOf,
  newPair,
  openKeptKey,
  pkcs8,
  startKeepingStation,
  takeOut,
  type Exported,
} from '../integration/kept-keys.test-support.ts';
import { withDrivers } from './station-wraps.test-support.ts';

const recipient = newPair();
let test: TestStation;
let folder: string;
/** Carried out once, and its driver is gone before it could say so. */
let lost: OperationName | null;
/** Sealed keys that the driver handed out, told to the station or not. */
let sealed: string[];
const losing = withDrivers((drivers) => {
  const run: DriverHost['run'] = async (site, operation, input, options) => {
    const result = await drivers.run(site, operation, input, options);
    if ('kept' in result.output) sealed.push(Buffer.from(result.output.kept.ct).toString('base64'));
    if (lost !== operation) return result;
    lost = null;
    throw new DriverError('host-died', 'The driver process ended.');
  };
  return { run };
});

beforeEach(async () => {
  [lost, sealed] = [null, []];
  folder = await mkdtemp(join(tmpdir(), 'rootline-kept-'));
  test = await startKeepingStation(folder, recipient.publicKey, losing);
  await writeFile(join(folder, 'recipient.pem'), pkcs8(recipient.privateKey), { mode: 0o600 });
});
afterEach(async () => {
  await test.dispose();
  await rm(folder, { recursive: true, force: true });
});

const keptIn = async (runId: string) =>
  (await test.store.runs.journal(runId)).filter(({ body }) => body['keptKey'] !== undefined);

async function opensToItsDevice({ path, record }: Exported): Promise<void> {
  const { code, stdout } = await openKeptKey('--record', path, '--key', join(folder, 'recipient.pem'));
  expect(code).toBe(0);
  const spki = createPublicKey(stdout).export({ type: 'spki', format: 'der' });
  expect(createHash('sha256').update(spki).digest('hex')).toBe(record.deviceId);
}

it('the driver ends before it tells of the enrolment: nothing is kept of that key, and the next attempt makes another', async () => {
  const batch = await test.openBatch(1, 'SK1');
  lost = 'enrol';
  const uid = await begin(test);
  const { run } = await test.until('A1', 'failed');
  expect(run?.error).toMatchObject({ code: 'host-died', chip: 'Not locked.' });
  const journal = await test.store.runs.journal(run!.id);
  expect(journal.some(({ phase, kind }) => phase === 'enrol' && kind === 'intent')).toBe(true);
  expect(await keptIn(run!.id)).toEqual([]);
  await takeOut(test);
  await begin(test, uid);
  await test.until('A1', 'passed');
  await takeOut(test);
  const unit = (await exportOf(test, batch.id)).get(uid)!;
  expect(sealed).toHaveLength(2);
  expect(keptKeyOf(unit.record)?.key.ct).toBe(sealed[1]);
  expect((await readFile(unit.path, 'utf8')).includes(sealed[0]!)).toBe(false);
  await opensToItsDevice(unit);
});

it('the answer to the lock is lost: the journal has the sealed key, the record gets it once the part was read back', async () => {
  const batch = await test.openBatch(1, 'SK1');
  lost = 'lock';
  const uid = await begin(test);
  const { run } = await test.until('A1', 'unknown');
  expect(await keptIn(run!.id)).toMatchObject([{ phase: 'enrol', kind: 'evidence' }]);
  const before = await test.call('units.search', {
    ...{ filter: { text: uid, outcome: null, batchId: null }, after: null, limit: 1 },
  });
  const { keptFor, record } = await test.call('units.get', { unitId: before.rows[0]!.id });
  expect({ keptFor, record }).toEqual({ keptFor: null, record: null });
  await test.call('sites.readBack', { site: 'A1' });
  await test.until('A1', 'passed');
  await takeOut(test);
  const unit = (await exportOf(test, batch.id)).get(uid)!;
  expect(keptKeyOf(unit.record)?.key.ct).toBe(sealed[0]);
  await opensToItsDevice(unit);
});
