import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeProcess } from '#cloud/bench/node-process.ts';
import { attemptBody, joinedStation, rootPem, type TestStation } from '#cloud/line/station-fixtures.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { cloudBed, countOf, counterOf, ENGINES, until, type CloudBed } from './cloud.test-support.ts';

/** Where the cloud stands, as the station's next hello shows it. */
async function placeOf(station: TestStation): Promise<{ position: number; hash: string }> {
  const answer = await until(async () => {
    const said = await station.hello().catch(() => null);
    return said?.status === 200 && said;
  }, 'hello');
  return (answer.json as { place: { position: number; hash: string } }).place;
}

const attempts = (station: TestStation, count: number): string[] =>
  Array.from({ length: count }, () => station.line('attempt', attemptBody({ what: 'x'.repeat(300) })));

/** Starts an upload over a raw connection and cuts it after some octets of the body. */
async function cutUpload(
  station: TestStation,
  lines: readonly string[],
  from: number,
  octets: number,
  packed: boolean,
) {
  const { hostname, port } = new URL(station.stationUrl);
  const socket = connectTls({
    ...{ host: hostname, port: Number(port), ca: rootPem(station.cloud), ALPNProtocols: ['http/1.1'] },
    ...station.credentials,
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  // Closing with something unread would throw away on the other side what had arrived there.
  socket.resume();
  const plain = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const body = packed ? gzipSync(plain) : plain;
  const head = [
    `POST /v1/sync/upload?epoch=1&from=${from}&session=${station.session} HTTP/1.1`,
    ...['Host: cloud', 'Content-Type: application/x-ndjson', `Content-Length: ${body.length}`],
    ...(packed ? ['Content-Encoding: gzip'] : []),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.write(body.subarray(0, octets), resolve));
  socket.destroySoon();
  await once(socket, 'close');
  return plain.subarray(0, octets).toString().split('\n').length - 1;
}

describe.each(ENGINES)('faults on the way to the cloud, on %s', (engine) => {
  let bed: CloudBed;
  let cloud: Cloud;
  beforeAll(async () => {
    bed = await cloudBed(engine);
    cloud = await bed.node();
  });
  afterAll(async () => {
    await bed.close();
  });

  it('connection cut at random bytes: what arrived whole counts, once', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    const before = await countOf(cloud, 'attempts');
    const lines = attempts(station, 120);
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
    let from = 0;
    for (let cut = 0; cut < 8; cut++) {
      const rest = lines.slice(from);
      const octets = Math.floor(Math.random() * Math.min(bytes / 6, rest.join('\n').length));
      const whole = await cutUpload(station, rest, from + 1, octets, false);
      const wanted = from + whole;
      const { position } = await until(async () => {
        const place = await placeOf(station);
        return place.position >= wanted && place;
      }, `line ${wanted} of a cut upload`);
      expect(position).toBe(wanted);
      from = position;
    }
    await cutUpload(station, lines.slice(from), from + 1, 700, true);
    from = (await placeOf(station)).position;
    expect((await station.upload(lines.slice(from), from + 1)).json.place).toEqual(station.place);
    expect((await countOf(cloud, 'attempts')) - before).toBe(120);
  });
});

describe.each(ENGINES)('a node that dies, on %s', (engine) => {
  it('cloud killed in mid-batch: the next start holds whole groups, and the station goes on', async () => {
    const bed = await cloudBed(engine);
    try {
      const first = await bed.node();
      const station = await joinedStation(first);
      await first.close();
      const options = { dataDir: bed.dataDir, databaseUrl: bed.postgres?.url, log: { level: 'silent' } };
      const doomed = await nodeProcess(options);
      station.stationUrl = doomed.stationUrl;
      await station.hello();
      const lines = attempts(station, 3000);
      const uploading = station.upload(lines, 1).then(
        () => 'answered',
        () => 'cut',
      );
      // Killed once the first group is in and others are under way.
      await until(async () => {
        const answer = await station.call('/v1/sync/chain?epoch=1&position=500').catch(() => null);
        return (answer?.json as { place: unknown } | null)?.place;
      }, 'the first group');
      doomed.child.kill('SIGKILL');
      await uploading;
      const second = await bed.node();
      station.stationUrl = second.stationUrl;
      const { position } = await placeOf(station);
      expect(position).toBeGreaterThanOrEqual(500);
      expect(await countOf(second, 'attempts')).toBe(position);
      expect((await station.upload(lines, 1)).json).toEqual({
        ...{ place: station.place, stored: 3000 - position, duplicate: position },
      });
      expect(await countOf(second, 'attempts')).toBe(3000);
      expect(await counterOf(second, 'attempts')).toBe(3000);
    } finally {
      await bed.close();
    }
  });
});

describe('PostgreSQL under several nodes', () => {
  let bed: CloudBed;
  let nodes: Cloud[];
  beforeAll(async () => {
    bed = await cloudBed('PostgreSQL', { empty: true });
    nodes = await Promise.all([bed.node(), bed.node()]);
  });
  afterAll(async () => {
    await bed.close();
  });

  it('two nodes that start at once on an empty database agree on one tenant', () => {
    const [a, b] = nodes;
    expect(a!.tenant.id).toBe(b!.tenant.id);
    expect(a!.rootFingerprint).toBe(b!.rootFingerprint);
    expect([a!.adminToken, b!.adminToken].filter((token) => token !== null)).toHaveLength(1);
  });

  it('two nodes take one station’s messages at once: each message counts once', async () => {
    const [a, b] = nodes;
    const station = await joinedStation(a!);
    await station.hello();
    const lines = attempts(station, 1500);
    station.stationUrl = b!.stationUrl;
    const onB = station.upload(lines, 1);
    station.stationUrl = a!.stationUrl;
    const answers = await Promise.all([station.upload(lines, 1), onB]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const stored = answers.map(({ json }) => (json as { stored: number }).stored);
    expect(stored[0]! + stored[1]!).toBe(1500);
    expect(await countOf(a!, 'attempts')).toBe(1500);
  });

  it('database restarted: refused with when to come back, then everything once', async () => {
    const [a] = nodes;
    const station = await joinedStation(a!);
    await station.hello();
    const before = await countOf(a!, 'attempts');
    const lines = attempts(station, 800);
    await station.upload(lines.slice(0, 100), 1);
    await bed.postgres!.down();
    const away = await station.upload(lines, 1);
    expect(away.status).toBe(503);
    expect(away.json).toMatchObject({ code: 'database-away', retry: true });
    expect(away.headers['retry-after']).toBe('2');
    await bed.postgres!.up();
    const { position } = await placeOf(station);
    expect(position).toBe(100);
    expect((await station.upload(lines, 1)).json).toEqual({
      place: station.place,
      stored: 700,
      duplicate: 100,
    });
    expect((await countOf(a!, 'attempts')) - before).toBe(800);
  });

  it('database restarted in the middle of an upload: nothing lost, nothing double', async () => {
    const [a] = nodes;
    const station = await joinedStation(a!);
    await station.hello();
    const before = await countOf(a!, 'attempts');
    const lines = attempts(station, 4000);
    const uploading = station.upload(lines, 1).catch(() => null);
    await until(async () => {
      const answer = await station.call('/v1/sync/chain?epoch=1&position=500');
      return (answer.json as { place: unknown }).place;
    }, 'the first group');
    await bed.postgres!.down('immediate');
    await bed.postgres!.up();
    await uploading;
    const { position } = await placeOf(station);
    expect((await countOf(a!, 'attempts')) - before).toBe(position);
    await station.upload(lines.slice(position), position + 1);
    expect((await countOf(a!, 'attempts')) - before).toBe(4000);
  });
});
