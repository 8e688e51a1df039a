import { createQdidSession } from '#drivers/roots-of-trust/qdid/session.ts';
import { PartInMemory, WireInMemory } from '#drivers/virtual/agent/part-in-memory.ts';
import { Records } from '#drivers/virtual/agent/records.ts';
import { RunningChip } from '#drivers/virtual/network/chip.ts';
import { subjectSerial } from '#services/engine/acts.ts';
import type { Issuer } from '#services/pki/issuer.ts';
import { hardwareTypeOf } from '#services/pki/profile.ts';
import type { StoredIdentity } from './fleet-identities.ts';

const PROFILE = {
  organization: 'Rootline fleet',
  commonNamePrefix: 'FLEET',
  hardwareType: hardwareTypeOf('ra8m1'),
};
const context = { signal: new AbortController().signal, progress: () => undefined };

/**
 * A new part made into a device as a station does it: enrolled, certified and injected through the enrolment agent's
 * own commands, by the station's own issuer.
 */
export async function provisionPart(issuer: Issuer, above: readonly Uint8Array[]): Promise<StoredIdentity> {
  const part = new PartInMemory();
  const session = createQdidSession(new WireInMemory(part));
  try {
    const { deviceId } = (await session.enrol(context)).output;
    const serial = subjectSerial(deviceId);
    const { csr } = (await session.csr({ subjectSerial: serial }, context)).output;
    const uid = Buffer.from(part.uid).toString('hex');
    const { der } = await issuer.issue({ csr, deviceId, chipUid: uid, serial, profile: PROFILE });
    await session.inject({ chain: [der, ...above], configuration: {} }, context);
    const helper = new Records(part).read('helper') ?? new Uint8Array(0);
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    return { uid, helper: text(helper), certificate: text(der) };
  } finally {
    session.close();
  }
}

/** The same silicon with the same flash, powered up: the key is rebuilt from a fresh read of its PUF. */
export function powerUp(
  { uid, helper, certificate }: StoredIdentity,
  above: readonly Uint8Array[],
): RunningChip {
  const part = new PartInMemory(Uint8Array.from(Buffer.from(uid, 'hex')));
  const records = new Records(part);
  records.write('helper', Buffer.from(helper, 'base64'));
  records.write('chain', Buffer.concat([Buffer.from(certificate, 'base64'), ...above]));
  return RunningChip.start(part);
}
