import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signJws } from '#services/records/jws.ts';
import { openStation, passUnit, type FixtureStation } from '#services/records/records-fixtures.ts';
import { RecordChecker } from './verify-record.ts';

let station: FixtureStation;
let checker: RecordChecker;
let record: Record<string, unknown> & { run: { id: string }; deviceId: string };

beforeAll(async () => {
  station = await openStation();
  checker = new RecordChecker(station.authority.root);
  const { runId } = await passUnit(station);
  record = JSON.parse((await station.records.sign(runId)).json) as typeof record;
});
afterAll(() => station.close());

/** As the station would tell it: changed, and signed by the station's own key. */
async function told(change: Record<string, unknown>, deviceId: string | null = record.deviceId) {
  const { station: certificate, issuerCertificate, stationSigner: signer } = station.authority;
  const json = JSON.stringify({ ...record, ...change });
  const jws = await signJws(
    { signer, chain: [certificate, issuerCertificate] },
    'rootline-record+json',
    json,
  );
  const [head = '', , signature = ''] = jws.split('.');
  return { runId: record.run.id, deviceId, json, protected: head, signature };
}

describe('a record at the cloud', () => {
  const none = { format: 'rootline-record/2', deviceId: null, certificate: null };

  it('holds with a certificate, and without one where the unit has no key', async () => {
    expect(await checker.check(await told({}))).toBeNull();
    expect(await checker.check(await told(none, null))).toBeNull();
  });

  it('does not hold with a device id that no certificate stands for, or a certificate of nobody', async () => {
    const reason = 'It has a device id and no certificate, or the reverse';
    expect(await checker.check(await told({ certificate: null }))).toBe(reason);
    expect(await checker.check(await told({ deviceId: null }, null))).toBe(reason);
  });

  it('does not hold for another device than it was told for, also where that is none', async () => {
    const other = 'It is the record of another device';
    expect(await checker.check(await told({}, null))).toBe(other);
    expect(await checker.check(await told(none))).toBe(other);
  });
});
