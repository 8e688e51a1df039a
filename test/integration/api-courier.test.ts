import { execFile } from 'node:child_process';
import { createPublicKey, diffieHellman } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newCsr, rootPem, unitLines, unitMaker } from '#cloud/line/station-fixtures.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { checkAll, linesOf } from '#protocol/courier/assemble.ts';
import { openPart, type OpenKeys } from '#protocol/courier/open.ts';
import { FrameCollector, toFrames } from '#protocol/courier/qr.ts';
import { downMessage, type DownMessage } from '#protocol/down.ts';
import { ask, callApi, CourierStation, jobOf, sha256Hex, tokenOf } from './api.test-support.ts';
import { cloudBed, counterOf, type CloudBed } from './cloud.test-support.ts';

const run = promisify(execFile);
let bed: CloudBed;
let cloud: Cloud;
let planner: string;
let folder: string;
beforeAll(async () => {
  bed = await cloudBed('PGlite');
  cloud = await bed.node();
  planner = await tokenOf(cloud, cloud.adminToken ?? '', 'planner');
  folder = await mkdtemp(join(tmpdir(), 'rootline-stick-'));
});
afterAll(async () => {
  await bed.close();
  await rm(folder, { recursive: true });
});

const put = (bytes: Buffer) => callApi(cloud, 'putPart', planner, { bytes });
const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');

/** As the station opens what the cloud sealed for it. */
function openKeysOf({ membership, courierKey }: CourierStation): OpenKeys {
  const { tenant, stationId, credentials } = membership;
  return {
    self: { kind: 'station', id: stationId },
    keys: [
      {
        certificate: bytesOf(credentials.courierCertificate),
        agree: (peer) => {
          const publicKey = createPublicKey({ key: Buffer.from(peer), format: 'der', type: 'spki' });
          return Promise.resolve(diffieHellman({ privateKey: courierKey, publicKey }));
        },
      },
    ],
    trust: {
      ...{ roots: [cloud.root], tenant: tenant.id },
      identify: ({ raw }) =>
        bytesOf(membership.tenantSigner[0]!).equals(raw)
          ? { kind: 'cloud', id: tenant.id, tenant: tenant.id }
          : null,
    },
  };
}

/** Everything in a transfer to a station: messages in order, files by hash. */
async function opened(station: CourierStation, files: readonly Buffer[]) {
  const keys = openKeysOf(station);
  const parts = await Promise.all(files.map((file) => openPart(file, keys)));
  const { transfer } = await checkAll(
    (async function* () {
      yield* await Promise.resolve(parts);
    })(),
  );
  const messages: DownMessage[] = [];
  const blobs = new Map<string, Buffer>();
  for (const part of parts)
    for await (const text of linesOf(part)) {
      const line = JSON.parse(text) as { jws?: string; blob?: string; data?: string };
      if (line.jws !== undefined)
        messages.push(
          downMessage.parse(JSON.parse(Buffer.from(line.jws.split('.')[1]!, 'base64url').toString())),
        );
      else
        blobs.set(line.blob!, Buffer.concat([blobs.get(line.blob!) ?? Buffer.alloc(0), bytesOf(line.data!)]));
    }
  return { transfer, messages, blobs };
}

async function unitsFor(station: CourierStation, count: number): Promise<string[]> {
  const make = await unitMaker(station.authority, 40_000);
  const lines: string[] = [];
  for (let each = 0; each < count; each += 1) lines.push(...unitLines(station, await make()));
  return lines;
}

it('collects parts in any order, says which are missing, and applies the transfer once it is whole', async () => {
  const station = await CourierStation.join(cloud, 'Air gap 1');
  const before = await counterOf(cloud, 'units_passed');
  const [first, ...rest] = await station.seal(await unitsFor(station, 6), {}, 24 * 1024);
  expect(rest.length).toBeGreaterThan(1);
  for (const part of rest.toReversed()) {
    const { status, json } = await put(part.bytes);
    expect([status, json]).toEqual([200, expect.objectContaining({ state: 'collecting' })]);
  }
  expect((await put(rest[0]!.bytes)).json).toMatchObject({ state: 'collecting', missing: [1] });
  expect(await counterOf(cloud, 'units_passed')).toBe(before);
  const { json } = await put(first!.bytes);
  expect(json).toMatchObject({ state: 'applied', number: 1, missing: [], station: 'Air gap 1' });
  expect((await counterOf(cloud, 'units_passed')) - before).toBe(6);
  const replay = await put(first!.bytes);
  expect([replay.status, replay.json]).toEqual([
    422,
    expect.objectContaining({ details: { courier: 'replay' } }),
  ]);
  const kept = await cloud.context.db.selectFrom('blobs').select('sha256').execute();
  expect(kept).toEqual([]);
});

it('holds a transfer until the one before it is there, then applies both', async () => {
  const station = await CourierStation.join(cloud, 'Air gap 2');
  const one = await station.seal(await unitsFor(station, 1));
  const two = await station.seal(await unitsFor(station, 1));
  const early = await put(two[0]!.bytes);
  expect(early.json).toMatchObject({ state: 'collecting', number: 2 });
  expect((early.json as { reason: string }).reason).toContain('missing');
  expect((await put(one[0]!.bytes)).json).toMatchObject({ state: 'applied', number: 1 });
  const query = { stationId: station.membership.stationId };
  const { rows } = await ask(cloud, 'transfers', planner, { query });
  expect(rows.map(({ number, state }) => [number, state]).sort()).toEqual([
    [1, 'applied'],
    [2, 'applied'],
  ]);
});

it('refuses what is no courier file, what was altered, and what a stranger sealed', async () => {
  const station = await CourierStation.join(cloud, 'Air gap 3');
  const [part] = await station.seal(await unitsFor(station, 1));
  const altered = Buffer.from(part!.bytes);
  altered.writeUInt8(altered.readUInt8(900) ^ 1, 900);
  expect((await put(altered)).json).toMatchObject({ details: { courier: 'altered' } });
  expect((await put(Buffer.from('holiday pictures'))).json).toMatchObject({
    details: { courier: 'not-courier' },
  });
  expect((await put(part!.bytes.subarray(0, 600))).json).toMatchObject({ details: { courier: 'cut-off' } });
  const params = { id: station.membership.stationId };
  await ask(cloud, 'revokeStation', cloud.adminToken, { params, body: { reason: 'Lost' } });
  expect((await put(part!.bytes)).json).toMatchObject({ details: { courier: 'unknown-sender' } });
});

it('seals orders with their files for a station, which opens them, and sees them acknowledged', async () => {
  const station = await CourierStation.join(cloud, 'Air gap 4');
  const params = { id: station.membership.stationId };
  expect((await callApi(cloud, 'writeTransfer', planner, { params, body: {} })).status).toBe(409);
  const file = Buffer.alloc(300_000, 'firmware ');
  const sha256 = sha256Hex(file);
  await ask(cloud, 'putBlob', planner, { params: { sha256 }, bytes: file });
  const job = jobOf([{ file: 'f.bin', sha256 }]);
  const files = [{ name: 'f.bin', sha256 }];
  await ask(cloud, 'createOrder', planner, {
    body: { number: 'PO-9', stationId: params.id, allowance: 3, job, files },
  });
  const written = await ask(cloud, 'writeTransfer', planner, { params, body: {} });
  expect(written).toMatchObject({
    direction: 'down',
    state: 'written',
    number: 1,
    parts: written.files.length,
  });
  const sealed = await Promise.all(
    written.files.map(async (_, at) => {
      const part = { id: written.id, part: String(at + 1) };
      return (await callApi(cloud, 'getPart', planner, { params: part })).body;
    }),
  );
  const { messages, blobs, transfer } = await opened(station, sealed);
  expect([transfer.number, messages.map(({ kind }) => kind)]).toEqual([1, ['order']]);
  expect(blobs.get(sha256)).toEqual(file);
  const answer = await station.seal(await unitsFor(station, 1), { applied: messages[0]!.sequence });
  expect((await put(answer[0]!.bytes)).json).toMatchObject({ state: 'applied' });
  const { rows } = await ask(cloud, 'transfers', planner, { query: { stationId: params.id } });
  expect(rows.find(({ id }) => id === written.id)?.state).toBe('acknowledged');
  const next = await ask(cloud, 'writeTransfer', planner, { params, body: {} });
  expect(next.number).toBe(2);
  const { frames } = await ask(cloud, 'getFrames', planner, { params: { id: next.id } });
  const collector = new FrameCollector();
  const scanned = frames.map(({ text }) => collector.add(text)).at(-1)!;
  const again = await opened(station, [scanned.sealed!]);
  expect(again.messages.map(({ kind, body }) => [kind, body['place']])).toEqual([['ack', station.place]]);
});

it('takes a small transfer as scanned codes, all in one call and in any order', async () => {
  const station = await CourierStation.join(cloud, 'Air gap 7');
  const before = await counterOf(cloud, 'units_passed');
  const [part] = await station.seal(await unitsFor(station, 1));
  const frames = toFrames(part!.bytes);
  expect(frames.length).toBeGreaterThan(3);
  const [other] = toFrames((await station.seal(await unitsFor(station, 1)))[0]!.bytes);
  const scanned = (texts: string[]) => callApi(cloud, 'putFrames', planner, { body: { frames: texts } });
  const misread = frames.with(
    2,
    frames[2]!.replace(/.:$/, (end) => (end === 'A:' ? 'B:' : 'A:')),
  );
  const refusals = [
    [frames.toSpliced(1, 1), 'frames-missing', { missing: '2' }],
    [frames.slice(2), 'frames-missing', { missing: '1, 2' }],
    [[...frames, other!], 'frames-mixed', {}],
    [misread, 'frames-unreadable', { unreadable: '3' }],
    [[...frames, 'EAN 4006381333931'], 'frames-unreadable', { unreadable: String(frames.length + 1) }],
  ] as const;
  for (const [texts, code, details] of refusals) {
    const { status, json } = await scanned([...texts]);
    expect([status, json]).toEqual([400, expect.objectContaining({ code, details })]);
  }
  // No node remembers half a transfer: what one call lacked cannot come alone in the next.
  expect((await scanned([frames[1]!])).json).toMatchObject({ code: 'frames-missing' });
  expect(await counterOf(cloud, 'units_passed')).toBe(before);
  const { status, json } = await scanned([...frames.toReversed(), frames[0]!]);
  expect([status, json]).toEqual([
    200,
    expect.objectContaining({ state: 'applied', number: 1, missing: [] }),
  ]);
  expect((await counterOf(cloud, 'units_passed')) - before).toBe(1);
  expect((await scanned(frames)).json).toMatchObject({ code: 'refused', details: { courier: 'replay' } });
});

it('gives a station new certificates when its transfer asks for them, and believes both until one is used', async () => {
  const station = await CourierStation.join(cloud, 'Air gap 5');
  const renew = { csr: newCsr().csr, courierCsr: newCsr().csr };
  const parts = await station.seal(await unitsFor(station, 1), { renew });
  expect((await put(parts[0]!.bytes)).json).toMatchObject({ state: 'applied' });
  const later = await station.seal(await unitsFor(station, 1));
  expect((await put(later[0]!.bytes)).json).toMatchObject({ state: 'applied', number: 2 });
  const kinds = await cloud.context.db
    .selectFrom('down')
    .select('kind')
    .where('station_id', '=', station.membership.stationId)
    .orderBy('sequence')
    .execute();
  expect(kinds.map(({ kind }) => kind)).toEqual(['certificate', 'ack', 'ack']);
});

it('carries files between a folder and the cloud by its command line, token in a file', async () => {
  const station = await CourierStation.join(cloud, 'Air gap 6');
  const [tokenFile, root] = [join(folder, 'token'), join(folder, 'root.pem')];
  await writeFile(tokenFile, `${planner}\n`);
  await writeFile(root, rootPem(cloud));
  for (const part of await station.seal(await unitsFor(station, 3), {}, 24 * 1024))
    await writeFile(join(folder, part.name), part.bytes);
  const cli = (...args: string[]) =>
    run(
      process.execPath,
      ['scripts/courier.ts', '--cloud', cloud.publicUrl, '--token-file', tokenFile, '--root', root, ...args],
      { timeout: 20_000 },
    );
  const { stdout } = await cli('--in', folder);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/transfer 1 of Air gap 6, applied$/);
  const out = await mkdtemp(join(folder, 'out-'));
  expect((await cli('--out', out, '--station', 'Air gap 6')).stdout).toContain(
    'Transfer 1 for Air gap 6: 1 files.',
  );
  const [name] = await readdir(out);
  const { messages } = await opened(station, [await readFile(join(out, name!))]);
  expect(messages.map(({ kind }) => kind)).toEqual(['ack']);
  await expect(cli('--out', out, '--station', 'Nobody')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no station "Nobody"') as string,
  });
});
