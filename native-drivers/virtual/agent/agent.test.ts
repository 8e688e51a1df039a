import {
  createHash,
  createPublicKey,
  createSign,
  randomBytes,
  verify,
  X509Certificate,
  generateKeyPairSync,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { encodeMap, type SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { SmpClient } from '#drivers/protocols/smp/client.ts';
import { SmpGroup, SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import { deviceIdOf } from '#drivers/roots-of-trust/device-id.ts';
import { challengeMessage } from '#drivers/roots-of-trust/proof.ts';
import { seal } from '#drivers/roots-of-trust/agent/sealed-secret.ts';
import { createQdidSession, type QdidSession } from '#drivers/roots-of-trust/qdid/session.ts';
import { integer, oid, bitString, sequence, set, tlv, utf8String } from './der.ts';
import { PartInMemory, WireInMemory } from './part-in-memory.ts';

const notes: string[] = [];
const context = () => ({
  signal: new AbortController().signal,
  progress: ({ note }: { note?: string }) => void notes.push(note ?? ''),
});

let part: PartInMemory;
let wire: WireInMemory;
let session: QdidSession;
beforeEach(() => {
  notes.length = 0;
  part = new PartInMemory();
  wire = new WireInMemory(part);
  session = createQdidSession(wire);
});
afterEach(() => session.close());

/** A certificate for a public key, issued by a throw-away CA key. */
function certificate(spki: Uint8Array, padding = 0): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ecdsa = sequence(oid('2a8648ce3d040302'));
  const name = sequence(set(sequence(oid('550403'), utf8String(`test${'x'.repeat(padding)}`))));
  const time = (text: string) => tlv(0x18, Buffer.from(text));
  const validity = sequence(time('20260101000000Z'), time('99991231235959Z'));
  const body = sequence(tlv(0xa0, integer(2)), integer(1), ecdsa, name, validity, name, spki);
  const signature = createSign('sha256').update(body).sign(privateKey);
  return Uint8Array.from(sequence(body, ecdsa, bitString(signature)));
}
const publicKeyOf = async (): Promise<Uint8Array> => {
  const { output } = await session.csr({ subjectSerial: 'X' }, context());
  return spkiOfCsr(output.csr);
};
/** The SubjectPublicKeyInfo inside a request: 91 bytes that begin with the P-256 algorithm identifier. */
function spkiOfCsr(csr: Uint8Array): Uint8Array {
  const at = Buffer.from(csr).indexOf(Buffer.from('3059301306072a8648ce3d0201', 'hex'));
  return csr.slice(at, at + 91);
}
async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof DriverError ? error.code : String(error);
}
async function rcOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof DriverError ? error.context['rc'] : null;
}

describe('enrolment agent', () => {
  it('enrols, proves, is injected, locked and read back', async () => {
    const before = await session.info(context());
    expect(before.output).toMatchObject({
      chipUid: Buffer.from(part.uid).toString('hex'),
      rootOfTrust: 'qdid',
      enrolled: false,
      locked: false,
      deviceId: null,
      lifecycle: { dlm: 'OEM', protection: 'PL2', authentication: 'AL2' },
    });
    const { output: enrolled, measurements } = await session.enrol(context());
    expect(enrolled.deviceId).toMatch(/^[0-9a-f]{64}$/);
    expect(measurements).toEqual([{ name: 'enrol-score', value: enrolled.score, unit: 'score' }]);
    expect(enrolled.score).toBeGreaterThan(40);

    const test = await session.reconstruct({ reads: 10 }, context());
    expect(new Set(test.output.deviceIds)).toEqual(new Set([enrolled.deviceId]));
    expect(test.output.helperDataHash).toBe(enrolled.helperDataHash);
    const named = Object.fromEntries(test.measurements.map(({ name, value }) => [name, value]));
    expect(test.output.deviceIds).toHaveLength(10);
    expect(named).toMatchObject({ 'helper-data-intact': 1 });
    expect(named['bit-error-mean']).toBeGreaterThan(3);
    expect(named['bit-error']).toBeLessThan(12);
    expect(notes).toContainEqual(expect.stringMatching(/^Reconstruct test 7 of 10 · bit error \d+\.\d %$/));

    const leaf = certificate(await publicKeyOf(), 500);
    const chain = [leaf, certificate(await publicKeyOf(), 300)];
    const injected = await session.inject({ chain, configuration: { endpoint: 'mqtt.example' } }, context());
    const challenge = randomBytes(32);
    const proof = await session.prove({ challenge }, context());
    expect(proof.output.chain.map((one) => [...one])).toEqual(chain.map((one) => [...one]));
    expect(deviceIdOf(proof.output.publicKey)).toBe(enrolled.deviceId);
    const key = createPublicKey({ key: Buffer.from(proof.output.publicKey), format: 'der', type: 'spki' });
    expect(verify('sha256', challengeMessage(challenge), key, proof.output.signature)).toBe(true);
    expect(verify('sha256', challenge, key, proof.output.signature)).toBe(false);

    expect((await session.lock(context())).output).toEqual({ answered: true });
    part.dlm = 'LCK_BOOT';
    wire.powerUp();
    expect((await session.readState(context())).output).toEqual({
      chipUid: Buffer.from(part.uid).toString('hex'),
      via: 'agent',
      lifecycle: { dlm: 'LCK_BOOT', protection: 'PL2', authentication: 'AL2' },
      locked: true,
      enrolled: true,
      deviceId: enrolled.deviceId,
      certificateFingerprint: injected.output.certificateFingerprint,
      agentLocked: true,
    });
    expect(injected.output.certificateFingerprint).toBe(
      new X509Certificate(leaf).fingerprint256.replaceAll(':', '').toLowerCase(),
    );
  });

  it('keeps its identity over resets, cold and warm', async () => {
    const { output } = await session.enrol(context());
    for (const degrees of [0, 25, 60]) {
      part.degrees = degrees;
      wire.powerUp();
      expect((await session.info(context())).output.deviceId).toBe(output.deviceId);
    }
  });

  it('makes a request that names the serial and holds against its own key', async () => {
    const { output } = await session.enrol(context());
    const { csr } = (await session.csr({ subjectSerial: 'RL-0001' }, context())).output;
    expect(deviceIdOf(spkiOfCsr(csr))).toBe(output.deviceId);
    expect(Buffer.from(csr).includes('RL-0001')).toBe(true);
    expect(await codeOf(session.csr({ subjectSerial: 'not_printable*' }, context()))).toBe('bad-argument');
  });

  it('refuses everything that writes once it is locked', async () => {
    await session.enrol(context());
    const chain = [certificate(await publicKeyOf())];
    await session.inject({ chain, configuration: {} }, context());
    await session.lock(context());
    const flash = Buffer.from(part.data);
    expect(await codeOf(session.enrol(context()))).toBe('locked');
    expect(await codeOf(session.inject({ chain, configuration: {} }, context()))).toBe('locked');
    expect(await codeOf(session.injectSecret('wifi', Buffer.from('x'), context()))).toBe('locked');
    wire.powerUp();
    expect(await codeOf(session.enrol(context()))).toBe('locked');
    expect(part.data.equals(flash)).toBe(true);
    expect((await session.lock(context())).output.answered).toBe(true);
  });

  it('enrols once, and only as the first PUF operation after power-up', async () => {
    await session.enrol(context());
    expect(await rcOf(session.enrol(context()))).toBe(EnrolmentError.alreadyEnrolled);
    // Flash is lost but power is not: the PUF was read already.
    part.data.fill(0xff);
    expect(await rcOf(session.enrol(context()))).toBe(EnrolmentError.pufNotFresh);
    wire.powerUp();
    expect((await session.enrol(context())).output.deviceId).toHaveLength(64);
  });

  it('refuses a certificate for another key and keeps what it had', async () => {
    await session.enrol(context());
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const other = certificate(publicKey.export({ type: 'spki', format: 'der' }));
    expect(await codeOf(session.inject({ chain: [other], configuration: {} }, context()))).toBe(
      'verify-mismatch',
    );
    expect((await session.readState(context())).output.certificateFingerprint).toBeNull();
  });

  it('opens sealed secrets, lists their names and never gives them back', async () => {
    await session.enrol(context());
    const secret = Buffer.from('correct horse battery staple');
    await session.injectSecret('wifi', secret, context());
    await session.injectSecret('token', randomBytes(650), context());
    const client = new SmpClient(wire);
    const request = { op: SmpOp.read, group: SmpGroup.enrolment, command: EnrolmentCommand.secret };
    expect(await client.request(request)).toEqual({ names: ['wifi', 'token'] });
    expect(part.data.includes(secret)).toBe(false);
    client.close();
  });

  it('opens a sealed secret on no other part and under no other name', async () => {
    await session.enrol(context());
    const client = new SmpClient(wire);
    const base = { group: SmpGroup.enrolment };
    const { enrolment } = await client.request({ ...base, op: SmpOp.read, command: EnrolmentCommand.keys });
    const send = async (uid: Uint8Array, sealedAs: string, sentAs: string) => {
      const sealed = await seal(enrolment as Uint8Array, uid, sealedAs, Buffer.from('secret'));
      const data = encodeMap({ name: sentAs, ...sealed });
      const sha = new Uint8Array(createHash('sha256').update(data).digest());
      const map = { off: 0, data, len: data.length, sha };
      return client.request({ ...base, op: SmpOp.write, command: EnrolmentCommand.secret, map });
    };
    expect(await rcOf(send(randomBytes(16), 'wifi', 'wifi'))).toBe(EnrolmentError.unseal);
    expect(await rcOf(send(part.uid, 'wifi', 'token'))).toBe(EnrolmentError.unseal);
    expect(await rcOf(send(part.uid, 'wifi', 'wifi'))).toBeNull();
    client.close();
  });

  it('takes pieces in order only, and an object only with its digest', async () => {
    session.close();
    const client = new SmpClient(wire);
    const put = (map: SmpMap) =>
      client.request({
        op: SmpOp.write,
        group: SmpGroup.enrolment,
        command: EnrolmentCommand.configuration,
        map,
      });
    const object = encodeMap({ a: 'b' });
    const sha = new Uint8Array(createHash('sha256').update(object).digest());
    const len = object.length;
    expect(await put({ off: 2, data: object.slice(2) })).toEqual({ off: 0 });
    expect(await put({ off: 0, data: object.slice(0, 2), len, sha })).toEqual({ off: 2 });
    expect(await put({ off: 3, data: object.slice(3) })).toEqual({ off: 2 });
    expect(await put({ off: 2, data: object.slice(2) })).toEqual({ off: len });
    expect(await put({ off: 2, data: object.slice(2) })).toEqual({ off: len });
    const wrong = sha.map((byte) => byte ^ 1);
    expect(await rcOf(put({ off: 0, data: object, len, sha: wrong }))).toBe(EnrolmentError.badHash);
    expect(await rcOf(put({ off: 0, data: object, len: 2, sha }))).toBe(EnrolmentError.tooLarge);
    expect(await rcOf(put({ off: 0, data: object, len: 4000, sha }))).toBe(EnrolmentError.tooLarge);
    expect(await rcOf(put({ off: 0, data: object }))).toBe(EnrolmentError.invalid);
    expect(await rcOf(put({ off: 'x' }))).toBe(EnrolmentError.invalid);
    client.close();
  });

  it('asks for a part that is enrolled', async () => {
    expect(await codeOf(session.csr({ subjectSerial: 'X' }, context()))).toBe('wrong-state');
    expect(await codeOf(session.prove({ challenge: randomBytes(32) }, context()))).toBe('wrong-state');
    expect(await codeOf(session.reconstruct({ reads: 1 }, context()))).toBe('wrong-state');
  });

  it('answers the OS group and what it does not know', async () => {
    session.close();
    const client = new SmpClient(wire);
    expect(await client.echo('äöü')).toBe('äöü');
    expect(await client.parameters()).toEqual({ bufferBytes: 1024, buffers: 4 });
    const unknown = { op: SmpOp.write, group: 77, command: 1 } as const;
    expect(await rcOf(client.request(unknown))).toBe(8);
    await client.reset();
    expect(await client.echo('again')).toBe('again');
    client.close();
  });

  it('answers the worked example of the specification with the bytes that stand there', async () => {
    const text = readFileSync('docs/protocols/enrolment-agent.md', 'utf8');
    const lines = [...text.matchAll(/^(\\x0[64]\\x\d\d[A-Za-z0-9+/=]+)\\n$/gm)].map(([, line]) =>
      Buffer.from(`${line!.replace('\\x06\\x09', '\x06\x09').replace('\\x04\\x14', '\x04\x14')}\n`, 'latin1'),
    );
    session.close();
    part = new PartInMemory(Uint8Array.from({ length: 16 }, (_, index) => index));
    wire = new WireInMemory(part);
    const answer = new Promise<Uint8Array>((resolve) => void wire.onData(resolve));
    await wire.write(lines[0]!);
    expect(Buffer.from(await answer)).toEqual(Buffer.concat(lines.slice(1)));
    expect(lines).toHaveLength(3);
  });

  it('says nothing without a program in code flash', async () => {
    part.code = Buffer.alloc(8, 0xff);
    wire.powerUp();
    const client = new SmpClient(wire);
    expect(await codeOf(client.echo('x', { timeoutMs: 20 }))).toBe('no-answer');
    client.close();
  });
});
