import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { KEPT_KEY_FORM, keptKeyAad, type KeptKey } from '#drivers/core/kept-key.ts';
import { EnrolmentCommand } from '#drivers/protocols/smp/enrolment.ts';
import { SmpParser } from '#drivers/protocols/smp/parser.ts';
import { unwrapScalars } from '#drivers/virtual/agent/kept-keys.ts';
import { PartInMemory, WireInMemory } from '#drivers/virtual/agent/part-in-memory.ts';
import { Records } from '#drivers/virtual/agent/records.ts';
import { openSealed } from '#drivers/virtual/agent/unseal.ts';
import { keyOfScalar } from '#drivers/virtual/qdid/keys.ts';
import { RecordedWire, shows } from '../agent/recorded-wire.test-support.ts';
import { createEsecureSession } from '../esecure/session.ts';
import { createQdidSession } from '../qdid/session.ts';
import { sealAndForget } from './enrol.ts';
import { makeFreshKey } from './fresh-key.ts';
import { keepFor } from './keep.ts';
import { createSoftwareSession, type SoftwareSession } from './session.ts';

const context = () => ({ signal: new AbortController().signal, progress: () => undefined });
const INFO = Buffer.from(KEPT_KEY_FORM, 'ascii');
/** A recipient that is only here: its private key as the bytes that HPKE takes. */
const escrow = keyOfScalar(makeFreshKey().scalar);
const recipient = Buffer.from(
  `-----BEGIN PUBLIC KEY-----\n${Buffer.from(escrow.spki).toString('base64')}\n-----END PUBLIC KEY-----\n`,
);
const batch = randomUUID();
const wanted = { recipient, batch };

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

const chipUid = () => Buffer.from(part.uid).toString('hex');
const scalarOfPart = () => unwrapScalars(new Records(part).read('helper')!, part.uid)!.device;
const enrolled = async (): Promise<{ kept: KeptKey; deviceId: string }> => {
  const { kept, deviceId } = (await session.enrol(context(), wanted)).output;
  if (kept === undefined) throw new Error('nothing was kept');
  return { kept, deviceId };
};

describe('a key that the job keeps', () => {
  it('is sealed for the recipient: what opens is the key of the part', async () => {
    const { kept, deviceId } = await enrolled();
    expect(kept.recipient).toBe(createHash('sha256').update(escrow.spki).digest('hex'));
    const opened = await openSealed(kept, escrow, INFO, keptKeyAad({ batch, chipUid: chipUid(), deviceId }));
    expect(opened).toEqual(scalarOfPart());
  });

  it('opens for no other part, batch, key or recipient', async () => {
    const { kept, deviceId } = await enrolled();
    const right = { batch, chipUid: chipUid(), deviceId };
    const others = [
      { ...right, chipUid: randomBytes(16).toString('hex') },
      { ...right, batch: randomUUID() },
      { ...right, deviceId: randomBytes(32).toString('hex') },
    ];
    for (const other of others) expect(await openSealed(kept, escrow, INFO, keptKeyAad(other))).toBeNull();
    const stranger = keyOfScalar(makeFreshKey().scalar);
    expect(await openSealed(kept, stranger, INFO, keptKeyAad(right))).toBeNull();
    const elsewhere = Buffer.from('rootline/sealed-secret/1', 'ascii');
    expect(await openSealed(kept, escrow, elsewhere, keptKeyAad(right))).toBeNull();
  });

  it('is on the wire in no form, sealed for the recipient neither', async () => {
    const { kept } = await enrolled();
    const everything = recorded.everything();
    expect(shows(everything, scalarOfPart())).toBe(false);
    for (const bytes of [kept.ct, kept.enc, escrow.spki]) expect(shows(everything, bytes)).toBe(false);
    expect(shows(Buffer.from(JSON.stringify(kept)), scalarOfPart())).toBe(false);
    expect(shows(Buffer.concat([everything, kept.ct]), kept.ct)).toBe(true);
  });

  it('is wiped here, also where sealing for the recipient fails', async () => {
    const [kept, failed, session_] = [makeFreshKey(), makeFreshKey(), makeFreshKey()];
    const seal = keepFor(wanted);
    const uid = randomBytes(16);
    const both = await sealAndForget(kept, session_.publicKey, INFO, () => seal(kept, uid));
    expect(both.kept?.ct).toHaveLength(32 + 16);
    const broken = () => Promise.reject(new Error('broken'));
    await expect(sealAndForget(failed, session_.publicKey, INFO, broken)).rejects.toThrow('broken');
    for (const { scalar } of [kept, failed]) expect(scalar.every((byte) => byte === 0)).toBe(true);
  });

  it('is kept only where the job says so', async () => {
    expect((await session.enrol(context())).output).not.toHaveProperty('kept');
  });
});

/** Does something the moment that the part has answered to the key that it was given. */
function onceKept(act: (answer: Uint8Array) => Uint8Array): void {
  const parser = new SmpParser();
  wire.tamper = (bytes) => {
    const isAnswer = [...parser.push(bytes)].some(
      (event) => event.type === 'packet' && event.packet.command === EnrolmentCommand.key,
    );
    return isAnswer ? act(bytes) : bytes;
  };
}
const pulled = () => wire.pull(new DriverError('port-gone', 'The cable is out.'));

describe('nothing is handed out where the part does not show that it has the key', () => {
  it('the answer is lost', async () => {
    onceKept(() => {
      pulled();
      return new Uint8Array();
    });
    await expect(enrolled()).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
    expect(scalarOfPart()).toHaveLength(32);
  });

  it('the part answers, and cannot be asked afterwards', async () => {
    onceKept((answer) => {
      queueMicrotask(pulled);
      return answer;
    });
    await expect(enrolled()).rejects.toMatchObject({ code: 'outcome-unknown' });
  });

  it('the part answers, and has no key when it is asked', async () => {
    onceKept((answer) => {
      part.data.fill(0xff);
      wire.powerUp();
      return answer;
    });
    await expect(enrolled()).rejects.toMatchObject({ code: 'verify-mismatch', chip: 'not-locked' });
  });
});

describe('refused before a byte is sent', () => {
  it('a recipient that is no public key of P-256', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const other = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
    await expect(session.enrol(context(), { recipient: other, batch })).rejects.toMatchObject({
      ...{ code: 'bad-argument', chip: 'untouched' },
    });
    expect(wire.sent).toBe(0);
  });

  it.each([
    ['esecure', createEsecureSession],
    ['qdid', createQdidSession],
  ] as const)('a key that %s makes itself', async (root, create) => {
    const inside = new WireInMemory(new PartInMemory(randomBytes(16), root));
    const talking = create(inside);
    await expect(talking.enrol(context(), wanted)).rejects.toMatchObject({
      ...{ code: 'unsupported', chip: 'untouched' },
    });
    expect(inside.sent).toBe(0);
    talking.close();
  });
});
