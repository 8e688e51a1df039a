import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, type OperationName } from '#cloud/contract/api.ts';
import type { ConsoleRole, Operation } from '#cloud/contract/operation.ts';
import { batchBody, joinText, unitLines, unitMaker, type MadeUnit } from '#cloud/line/station-fixtures.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { toFrames } from '#protocol/courier/qr.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';
import {
  ask,
  callApi,
  CourierStation,
  jobOf,
  sha256Hex,
  tokenOf,
  type ApiRequest,
} from './api.test-support.ts';
import { cloudBed, ENGINES, until, type CloudBed } from './cloud.test-support.ts';

const NAMES = Object.keys(api) as OperationName[];
const operationOf = (name: OperationName): Operation => api[name];
const NOBODYS = '00000000-0000-4000-8000-000000000000';
const FILE = Buffer.from('firmware');
const SHA = sha256Hex(FILE);

/** The greatest role that may not call an operation; null where every role may. */
const below: Record<Operation['access'], ConsoleRole | null> = {
  ...{ admin: 'planner', planner: 'auditor', auditor: null, anyone: null },
};

describe.each(ENGINES)('every operation of the API on %s', (engine) => {
  let bed: CloudBed;
  let cloud: Cloud;
  let station: CourierStation;
  let units: MadeUnit[];
  const tokens = {} as Record<ConsoleRole, string>;
  const id = (): ApiRequest => ({ params: { id: station.membership.stationId } });

  beforeAll(async () => {
    bed = await cloudBed(engine);
    cloud = await bed.node();
    tokens.admin = cloud.adminToken ?? '';
    tokens.planner = await tokenOf(cloud, tokens.admin, 'planner');
    tokens.auditor = await tokenOf(cloud, tokens.admin, 'auditor');
    station = await CourierStation.join(cloud, 'Line 3');
    await station.hello();
    const make = await unitMaker(station.authority, 500);
    units = [await make(), await make(), await make()];
    await station.upload([
      station.line('batch', batchBody()),
      ...units.flatMap((unit) => unitLines(station, unit)),
    ]);
  });
  afterAll(() => bed.close());

  const invite = () => ask(cloud, 'inviteStation', tokens.admin, { body: { name: 'New' } });
  const order = async () => {
    await ask(cloud, 'putBlob', tokens.planner, { params: { sha256: SHA }, bytes: FILE });
    const job = jobOf([{ file: 'firmware.bin', sha256: SHA }]);
    const stationId = station.membership.stationId;
    return { number: 'PO-1', stationId, allowance: 5, job, files: [{ name: 'firmware.bin', sha256: SHA }] };
  };
  const ordered = async () => ask(cloud, 'createOrder', tokens.planner, { body: await order() });
  const written = async (): Promise<string> => {
    await ordered();
    return (await ask(cloud, 'writeTransfer', tokens.planner, { ...id(), body: {} })).id;
  };
  const joining = async () => joinText((await invite()).code, await newAuthority(), 'New').sealed;
  const newTarget = {
    name: 'Broker',
    kind: 'mosquitto',
    mode: 'devices',
    url: 'mqtts://127.0.0.1:1',
    ca: '',
  };
  const target = async (): Promise<string> => {
    const { targets } = await ask(cloud, 'targets', tokens.admin);
    const body = { ...newTarget, username: 'admin', password: 'not a password' };
    return (targets[0] ?? (await ask(cloud, 'createTarget', tokens.admin, { body }))).id;
  };

  /** A good call of each operation; what it needs is made first. */
  const good: Record<OperationName, () => ApiRequest | Promise<ApiRequest>> = {
    signIn: () => ({ body: { token: tokens.auditor } }),
    session: () => ({}),
    signOut: () => ({}),
    overview: () => ({}),
    stations: () => ({ query: { text: 'Line', limit: '10' } }),
    station: id,
    inviteStation: () => ({ body: { name: 'Line 4' } }),
    reinviteStation: id,
    revokeStation: async () => ({ params: { id: (await invite()).stationId }, body: { reason: 'Sold' } }),
    batches: () => ({ query: { text: 'L-17', state: 'open' } }),
    batch: () => ({ params: { id: batchBody().id } }),
    units: () => ({ query: { text: units[0]!.deviceId.slice(0, 9), outcome: 'passed' } }),
    unit: () => ({ params: { id: units[0]!.deviceId } }),
    certificates: () => ({ query: { text: units[0]!.fingerprint.slice(0, 9) } }),
    certificate: () => ({ params: { fingerprint: units[0]!.fingerprint } }),
    revokeCertificate: () => ({
      ...{ params: { fingerprint: units[1]!.fingerprint }, body: { reason: 'keyCompromise' } },
    }),
    createEstCode: () => ({ body: { label: 'Bench 2', serial: '0042' } }),
    crls: () => ({}),
    orders: () => ({ query: { stationId: station.membership.stationId } }),
    putBlob: () => ({ params: { sha256: SHA }, bytes: FILE }),
    createOrder: async () => ({ body: await order() }),
    withdrawOrder: async () => ({
      ...{ params: { id: (await ordered()).id }, body: { reason: 'Customer called' } },
    }),
    tokens: () => ({}),
    createToken: () => ({ body: { label: 'Script', role: 'auditor' } }),
    revokeToken: async () => {
      const body = { label: 'Short-lived', role: 'auditor' };
      const { view } = await ask(cloud, 'createToken', tokens.admin, { body });
      return { params: { id: view.id } };
    },
    events: () => ({ query: { text: 'station' } }),
    targets: () => ({}),
    createTarget: () => ({ body: newTarget }),
    checkTarget: async () => ({ params: { id: await target() } }),
    pauseTarget: async () => ({ params: { id: await target() }, body: { paused: true } }),
    targetItems: async () => ({
      params: { id: await target() },
      query: { state: 'waiting' },
    }),
    retryItems: async () => ({ params: { id: await target() }, body: {} }),
    registerAgain: async () => ({ params: { id: await target() }, body: {} }),
    transfers: () => ({ query: { limit: '5' } }),
    putPart: async () => ({ bytes: (await station.seal([station.line('batch', batchBody())]))[0]!.bytes }),
    putFrames: async () => {
      const [part] = await station.seal([station.line('batch', batchBody())]);
      return { body: { frames: toFrames(part!.bytes) } };
    },
    writeTransfer: async () => {
      await ordered();
      return { ...id(), body: {} };
    },
    getPart: async () => ({ params: { id: await written(), part: '1' } }),
    getFrames: async () => ({ params: { id: await written() } }),
    joinByFile: async () => ({ body: await joining() }),
    invitation: () => ({}),
    join: async () => ({ body: await joining() }),
    crl: async () => {
      const lists = async () => (await ask(cloud, 'crls', tokens.auditor)).crls;
      const [list] = await until(async () => (await lists()).length > 0 && (await lists()), 'first lists');
      return { params: { issuer: list!.issuer } };
    },
    root: () => ({}),
  };

  const sampleOf = async (name: OperationName): Promise<ApiRequest> => good[name]();
  const tokenFor = (name: OperationName): string | null => {
    const { access } = operationOf(name);
    return access === 'anyone' ? null : tokens[access];
  };

  it.each(NAMES.filter((name) => operationOf(name).access !== 'anyone'))(
    'refuses %s without a token, and below its role',
    async (name) => {
      const without = await callApi(cloud, name, null, { params: { id: NOBODYS } });
      expect(without.status).toBe(401);
      expect(without.json).toMatchObject({ code: 'signed-out' });
      expect(without.headers['www-authenticate']).toBe('Bearer');
      const role = below[operationOf(name).access];
      if (role === null) return;
      const low = await callApi(cloud, name, tokens[role], { params: { id: NOBODYS } });
      expect(low.status).toBe(403);
      expect(low.json).toMatchObject({ code: 'forbidden' });
    },
  );

  /** A call that does not fit, and the field that its refusal must name. */
  function wrong(name: OperationName, sample: ApiRequest): [ApiRequest, string] {
    const { params, query, body, method, consumes } = operationOf(name);
    const strange = { ...sample, query: { ...sample.query, nonsense: '1' } };
    if (consumes !== undefined || method === 'GET' || method === 'DELETE') return [strange, 'nonsense'];
    if (!params.safeParse({}).success) {
      const [field = ''] = Object.keys(sample.params ?? {});
      return [{ ...sample, params: { [field]: 'no-such-thing' } }, field];
    }
    expect(query.safeParse({ nonsense: 1 }).success).toBe(false);
    const empty = body.safeParse({});
    const field = empty.success ? 'nonsense' : String(empty.error.issues[0]?.path[0]);
    return [{ ...sample, body: empty.success ? { nonsense: 1 } : {} }, field];
  }

  it.each(NAMES)('names the field where %s does not fit', async (name) => {
    const [request, field] = wrong(name, await sampleOf(name));
    const { status, json } = await callApi(cloud, name, tokenFor(name), request);
    expect(json).toMatchObject({ code: 'invalid', details: { field } });
    expect(status).toBe(400);
  });

  it.each(NAMES)('answers %s by its schema', async (name) => {
    const { produces, response } = operationOf(name);
    const answer = await callApi(cloud, name, tokenFor(name), await sampleOf(name));
    expect(answer.json ?? {}).not.toHaveProperty('what');
    expect(answer.status).toBe(200);
    if (produces === undefined) expect(response.safeParse(answer.json).error).toBeUndefined();
    else expect([answer.headers['content-type'], answer.body.length > 0]).toEqual([produces, true]);
  });
});
