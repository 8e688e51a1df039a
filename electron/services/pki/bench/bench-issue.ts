import { certify, enrolUnit, openStation, type FixtureStation } from '#services/records/records-fixtures.ts';
import { createIssuer } from '../issuer.ts';
import { newAuthority, newRequest } from '../pki-fixtures.ts';
import { hardwareTypeOf } from '../profile.ts';

export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  goal: number | null;
}

const ISSUES = 4000;
const UNITS = 500;
/** Requests in flight: as many as a large fixture has sites. */
const SITES = 16;

const rate = (count: number, since: number) => Math.round((count * 1000) / (performance.now() - since));

/** The issuer alone: request checked, body spliced, signed, parsed again and verified. */
async function issuerRate(): Promise<number> {
  const authority = await newAuthority();
  const issuer = await createIssuer({ signer: authority.issuingSigner, certificate: authority.issuing });
  const profile = { organization: 'B', commonNamePrefix: 'B', hardwareType: hardwareTypeOf('ra8m1') };
  const requests = Array.from({ length: 200 }, (_, index) => {
    const serial = `S${index}`;
    return { ...newRequest(serial), serial, chipUid: '00ff', profile };
  });
  const since = performance.now();
  for (let round = 0; round < ISSUES / requests.length; round += 1)
    for (const request of requests) await issuer.issue(request);
  return rate(ISSUES, since);
}

async function enrolAll(station: FixtureStation) {
  const units: Awaited<ReturnType<typeof enrolUnit>>[] = [];
  for (let index = 0; index < UNITS; index += 1)
    units.push(await enrolUnit(station, `A${(index % SITES) + 1}`));
  return units;
}

/** With intent, vault, store and evidence, each durable before the next: as the run engine does it, on many sites. */
async function stationRate(): Promise<number> {
  const station = await openStation();
  try {
    const waiting = await enrolAll(station);
    const since = performance.now();
    const site = async () => {
      for (let unit = waiting.pop(); unit; unit = waiting.pop()) await certify(station, unit);
    };
    await Promise.all(Array.from({ length: SITES }, site));
    return rate(UNITS, since);
  } finally {
    await station.close();
  }
}

/** Certificates per second: the issuer by itself, and with vault, store and journal. */
export async function benchIssue(): Promise<BenchRow[]> {
  return [
    { name: 'certificates issued, checked and verified', value: await issuerRate(), unit: '1/s', goal: 2000 },
    {
      name: 'certificates with vault, store and journal, 16 sites',
      value: await stationRate(),
      unit: '1/s',
      goal: null,
    },
  ];
}
