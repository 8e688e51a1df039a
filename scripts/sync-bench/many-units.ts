import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { unitMaker, type MadeUnit } from '#cloud/line/station-fixtures.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';

/** Units with certificates and signatures of their own; the others are made of them. */
const MODELS = 64;

/** A certificate with another serial number and signature: parsed and stored as any, and of a fingerprint of its own. */
function otherCertificate(der: Buffer): Buffer {
  const other = Buffer.from(der);
  // Serial number: behind the outer and inner sequence, the version and the tag and length of the integer.
  const serial = other.indexOf(Buffer.from('a003020102', 'hex')) + 7;
  randomBytes(12).copy(other, serial + 2);
  randomBytes(20).copy(other, other.length - 22);
  return other;
}

/** Everything that is another in each unit is another: nothing packs better than in life. */
function varied(model: MadeUnit): MadeUnit {
  const der = otherCertificate(Buffer.from(String(model.certificate['der']), 'base64'));
  const fingerprint = createHash('sha256').update(der).digest('hex');
  const [runId, chipUid] = [randomUUID(), randomBytes(16).toString('hex')];
  const deviceId = randomBytes(32).toString('hex');
  const serial = randomBytes(16).toString('hex');
  const ids = { runId, chipUid, deviceId, fingerprint };
  const base64 = der.toString('base64');
  const json = String(model.record['json'])
    .replaceAll(model.deviceId, deviceId)
    .replaceAll(model.chipUid, chipUid)
    .replaceAll(model.runId, runId)
    .replaceAll(model.fingerprint, fingerprint)
    .replaceAll(String(model.certificate['der']), base64)
    // Digests, as evidence has them.
    .replace(/[0-9a-f-]{36,}/g, (text) =>
      randomBytes(text.length / 2 + 1)
        .toString('hex')
        .slice(0, text.length),
    );
  return {
    ...ids,
    attempt: {
      ...model.attempt,
      runId,
      chipUid,
      deviceId: deviceId as unknown as null,
      serial: serial as unknown as null,
    },
    certificate: { ...model.certificate, serial, fingerprint, runId, deviceId, der: base64 },
    record: { ...model.record, runId, deviceId, json, signature: randomBytes(64).toString('base64url') },
  };
}

/** Makes any number of passed units, as large and as varied as real ones; their signatures do not hold. */
export async function manyUnits(): Promise<() => MadeUnit> {
  const make = await unitMaker(await newAuthority());
  const models: MadeUnit[] = [];
  for (let index = 0; index < MODELS; index += 1) models.push(await make());
  let next = 0;
  return () => {
    const model = models[next++ % models.length];
    if (model === undefined) throw new RangeError('no model');
    return varied(model);
  };
}
