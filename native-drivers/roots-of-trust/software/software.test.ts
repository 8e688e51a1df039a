import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { SmpClient } from '#drivers/protocols/smp/client.ts';
import { SmpGroup, SmpOp } from '#drivers/protocols/smp/constants.ts';
import {
  EnrolmentCommand,
  EnrolmentError,
  keyResponse,
  sessionResponse,
} from '#drivers/protocols/smp/enrolment.ts';
import { unwrapScalars } from '#drivers/virtual/agent/kept-keys.ts';
import { PartInMemory, WireInMemory } from '#drivers/virtual/agent/part-in-memory.ts';
import { Records } from '#drivers/virtual/agent/records.ts';
import { sealTo } from '../agent/hpke.ts';
import { holdsKeyOf, RecordedWire, shows } from '../agent/recorded-wire.test-support.ts';
import { deviceIdOf } from '../device-id.ts';
import { sealAndForget, softwareKeyInfo } from './enrol.ts';
import { makeFreshKey } from './fresh-key.ts';
import { createSoftwareSession, type SoftwareSession } from './session.ts';

const context = () => ({ signal: new AbortController().signal, progress: () => undefined });
let part: PartInMemory;
let wire: WireInMemory;
let recorded: RecordedWire;
let session: SoftwareSession;
beforeEach(() => {
  part = new PartInMemory(randomBytes(16), 'software');
  wire = new WireInMemory(part);
  recorded = new RecordedWire(wire);
  session = createSoftwareSession(recorded.transport);
});
afterEach(() => session.close());

const rcOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof DriverError ? (error.context['rc'] ?? error.code) : null;
};
/** What the part keeps, opened with the key that only its silicon has. */
function keptScalar(): Uint8Array {
  const scalars = unwrapScalars(new Records(part).read('helper') ?? new Uint8Array(), part.uid);
  if (scalars === null) throw new Error('nothing is kept');
  return scalars.device;
}

describe('the key of a part that is given one', () => {
  it('never is on the wire nor in the byte log, in any form, whatever is asked of the part afterwards', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const one = new PartInMemory(randomBytes(16), 'software');
      const log = new RecordedWire(new WireInMemory(one));
      const talking = createSoftwareSession(log.transport);
      await talking.info(context());
      const { deviceId } = (await talking.enrol(context())).output;
      const { csr } = (await talking.csr({ subjectSerial: `RL-${round}` }, context())).output;
      await talking.injectSecret('a', randomBytes(16), context());
      await talking.readState(context());
      await talking.lock(context());
      talking.close();
      const scalars = unwrapScalars(new Records(one).read('helper')!, one.uid)!;
      const everything = log.everything();
      expect(log.packets).toBeGreaterThan(16);
      const at = Buffer.from(csr).indexOf(Buffer.from('3059301306072a8648ce3d0201', 'hex'));
      const publicKey = csr.slice(at, at + 91);
      expect(deviceIdOf(publicKey)).toBe(deviceId);
      for (const secret of [scalars.device, scalars.enrolment]) expect(shows(everything, secret)).toBe(false);
      expect(holdsKeyOf(everything, publicKey)).toBe(false);
      const shown = JSON.stringify(log.byteLog());
      expect(shown).toContain('Write enrolment 13');
      expect(shows(Buffer.from(shown), scalars.device)).toBe(false);
      // The search finds it where it is.
      const planted = Buffer.concat([everything.subarray(0, 99), scalars.device]);
      expect(holdsKeyOf(planted, publicKey) && shows(planted, scalars.device)).toBe(true);
      expect(shows(Buffer.from(planted.toString('base64')), scalars.device)).toBe(true);
      seen.add(deviceId);
    }
    expect(seen.size).toBe(6);
  });

  it('is the one that the part shows, and is kept only wrapped', async () => {
    const { deviceId } = (await session.enrol(context())).output;
    const scalar = keptScalar();
    const { spki } = publicOf(scalar);
    expect(deviceIdOf(spki)).toBe(deviceId);
    expect(shows(part.data, scalar)).toBe(false);
    const other = randomBytes(16);
    expect(unwrapScalars(new Records(part).read('helper')!, other)).toBeNull();
  });

  it('is wiped as soon as it is sealed, and where it cannot be', async () => {
    const [sealed, refused] = [makeFreshKey(), makeFreshKey()];
    expect(deviceIdOf(publicOf(sealed.scalar).spki)).toBe(deviceIdOf(sealed.publicKey));
    const none = () => Promise.resolve(null);
    await sealAndForget(sealed, refused.publicKey, new Uint8Array(), none);
    const foreign = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
    await expect(sealAndForget(refused, foreign, new Uint8Array(), none)).rejects.toMatchObject({
      ...{ code: 'bad-frame', chip: 'not-locked' },
    });
    for (const { scalar } of [sealed, refused]) expect(scalar.every((byte) => byte === 0)).toBe(true);
  });
});

describe('the session key of the part', () => {
  const ask = async (command: number, map: Record<string, unknown>) => {
    session.close();
    const client = new SmpClient(wire);
    try {
      const signal = new AbortController().signal;
      return await client.request({ op: SmpOp.write, group: SmpGroup.enrolment, command, map, signal });
    } finally {
      client.close();
    }
  };
  const openSession = async () => {
    const nonce = Uint8Array.from(randomBytes(16));
    const answer = sessionResponse.parse(await ask(EnrolmentCommand.session, { nonce }));
    return { ...answer, info: softwareKeyInfo(part.uid, nonce, answer.nonce) };
  };
  const sealedFor = async (key: Uint8Array, info: Uint8Array) => {
    const fresh = makeFreshKey();
    return { pub: fresh.publicKey, ...(await sealTo(key, info, fresh.publicKey, fresh.scalar)) };
  };

  it('is another each time, and receives one key only', async () => {
    const first = await openSession();
    const second = await openSession();
    expect(Buffer.from(first.key).equals(second.key)).toBe(false);
    // For the first, which is forgotten.
    const late = await sealedFor(first.key, first.info);
    expect(await rcOf(ask(EnrolmentCommand.key, late))).toBe(EnrolmentError.unseal);
    // The attempt used the second up.
    const right = await sealedFor(second.key, second.info);
    expect(await rcOf(ask(EnrolmentCommand.key, right))).toBe(EnrolmentError.noSession);
    const third = await openSession();
    const map = await sealedFor(third.key, third.info);
    expect(keyResponse.parse(await ask(EnrolmentCommand.key, map)).pub).toEqual(map.pub);
    expect(await rcOf(ask(EnrolmentCommand.session, { nonce: randomBytes(16) }))).toBe(
      EnrolmentError.alreadyEnrolled,
    );
  });

  it('is bound to the part and to both nonces', async () => {
    const { key, nonce } = await openSession();
    const others = [
      softwareKeyInfo(randomBytes(16), nonce, nonce),
      softwareKeyInfo(part.uid, randomBytes(16), nonce),
    ];
    for (const info of others) {
      const map = await sealedFor(key, info);
      expect(await rcOf(ask(EnrolmentCommand.key, map))).toBe(EnrolmentError.unseal);
      await openSession();
    }
  });

  it('is forgotten at a reset', async () => {
    const { key, info } = await openSession();
    const map = await sealedFor(key, info);
    wire.powerUp();
    expect(await rcOf(ask(EnrolmentCommand.key, map))).toBe(EnrolmentError.noSession);
  });

  it('takes no key that is not the one announced', async () => {
    const { key, info } = await openSession();
    const { scalar } = makeFreshKey();
    const announced = makeFreshKey().publicKey;
    const sealed = await sealTo(key, info, announced, scalar);
    expect(await rcOf(ask(EnrolmentCommand.key, { pub: announced, ...sealed }))).toBe(
      EnrolmentError.keyMismatch,
    );
    expect(new Records(part).read('helper')).toBeNull();
  });

  it('is not to be had while the random source of the part fails, or by a part that makes its own keys', async () => {
    part.faultName = 'agent:entropy-failed';
    expect(await rcOf(session.enrol(context()))).toBe(EnrolmentError.entropy);
    part.faultName = null;
    const puf = createSoftwareSession(new WireInMemory(new PartInMemory()));
    expect(await rcOf(puf.enrol(context()))).toBe(EnrolmentError.otherRoot);
    puf.close();
  });
});

it('nothing is rebuilt: refused before a byte', async () => {
  await expect(session.reconstruct({ reads: 1 }, context())).rejects.toMatchObject({
    ...{ code: 'unsupported', chip: 'untouched' },
  });
  expect(wire.sent).toBe(0);
});

function publicOf(scalar: Uint8Array): { spki: Uint8Array } {
  const sec1 = Buffer.concat([
    ...[Buffer.from('30310201010420', 'hex'), scalar, Buffer.from('a00a06082a8648ce3d030107', 'hex')],
  ]);
  const key = createPublicKey(createPrivateKey({ key: sec1, format: 'der', type: 'sec1' }));
  return { spki: key.export({ format: 'der', type: 'spki' }) };
}
