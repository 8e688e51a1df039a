import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceConnectionError } from '#drivers/virtual/network/closed-reason.ts';
import { RunningChip } from '#drivers/virtual/network/chip.ts';
import { TrustedRoots } from '#drivers/virtual/network/tls/trusted-roots.ts';
import { VirtualDevice } from '#drivers/virtual/network/virtual-device.ts';
import type { Issuer } from '#services/pki/issuer.ts';
import {
  Bench,
  freePort,
  makeDeviceAuthority,
  makeRevokingAuthority,
  makeServerPki,
  provision,
  provisionedChip,
  read,
  startMosquitto,
} from './device-tls.test-support.ts';

const bench = new Bench();
let issuer: Issuer;
let url: string;
let roots: TrustedRoots;
let broker: Awaited<ReturnType<typeof startMosquitto>>;

beforeAll(async () => {
  makeServerPki(bench);
  issuer = await makeDeviceAuthority(bench);
  const port = await freePort();
  bench.file('acl', 'pattern readwrite devices/%u/#\npattern read all/#\n');
  broker = await startMosquitto(bench, port, [`acl_file ${bench.path('acl')}`]);
  url = `mqtts://127.0.0.1:${port}`;
  roots = new TrustedRoots(read(bench, 'root.pem'));
});
afterAll(() => bench.stop());

const newDevice = async (): Promise<VirtualDevice> =>
  new VirtualDevice(RunningChip.start(await provision(issuer)));

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('a virtual device at Mosquitto', () => {
  it('connects by the certificate that a station injected, publishes and receives', async () => {
    const device = await newDevice();
    const connection = await device.connect({ url, roots });
    const got: string[] = [];
    const arrived = new Promise<void>((resolve) => {
      void connection
        .subscribe(`devices/${device.commonName}/hello`, (topic, payload) => {
          got.push(`${topic} ${payload.toString()}`);
          resolve();
        })
        .then(() => connection.publish(`devices/${device.commonName}/hello`, 'warm', { qos: 1 }));
    });
    await arrived;
    expect(got).toEqual([`devices/${device.commonName}/hello warm`]);
    // Mosquitto's own word for who came: client id, protocol, user name out of the certificate.
    expect(broker.output()).toContain(`as ${device.commonName} (p5, c1, k60, u'${device.commonName}')`);
    await connection.close();
    expect(await connection.closed).toMatchObject({ code: 'asked' });
  });

  it('carries more than one record both ways', async () => {
    const device = await newDevice();
    const connection = await device.connect({ url, roots });
    const payload = Buffer.alloc(200_000, 'rootline ');
    const topic = `devices/${device.commonName}/large`;
    const back = new Promise<Buffer>((resolve) => {
      void connection
        .subscribe(topic, (_topic, bytes) => resolve(bytes))
        .then(() => connection.publish(topic, payload, { qos: 1 }));
    });
    expect((await back).equals(payload)).toBe(true);
    await connection.close();
  });

  it('may not speak for another device', async () => {
    const [device, other] = [await newDevice(), await newDevice()];
    const connection = await device.connect({ url, roots });
    const error = await failure(connection.publish(`devices/${other.commonName}/hello`, 'x', { qos: 1 }));
    expect(error).toMatchObject({ code: 135 }); // Not authorized (MQTT 5, 3.4.2.1)
    await connection.close();
  });

  it('knows an end in good order: another took its name over', async () => {
    const device = await newDevice();
    const first = await device.connect({ url, roots });
    const second = await device.connect({ url, roots });
    // Mosquitto 2.0 says close_notify here and no DISCONNECT.
    expect(await first.closed).toMatchObject({ code: 'ended', detail: null });
    await second.close();
  });

  it.each([
    ['refuses it', '2003008700', { code: 'refused', detail: '135' }],
    ['sends it away', '2003000000e0029800', { code: 'disconnected', detail: '152' }],
  ])('hears why a broker %s', async (_what, packets, expected) => {
    // Node's own TLS as the server, with packets of MQTT 5 as they stand in the standard (3.2, 3.14).
    const [cert, key, ca] = ['broker.pem', 'broker.key', 'devices.pem'].map((name) => read(bench, name));
    const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, (socket) => {
      socket.once('data', () => socket.write(Buffer.from(packets, 'hex')));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const device = await newDevice();
    const outcome = await device.connect({ url: `mqtts://127.0.0.1:${port}`, roots }).then(
      ({ closed }) => closed,
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject(expected);
    server.close();
  });

  it('does not wait for ever for a broker that does not speak MQTT', async () => {
    const port = await freePort();
    const files = ['-cert', 'broker.pem', '-key', 'broker.key', '-CAfile', 'devices.pem'];
    await bench.serve(
      'openssl',
      ['s_server', '-accept', `127.0.0.1:${port}`, ...files, '-Verify', '3', '-quiet'],
      port,
    );
    const device = await newDevice();
    const silent = { url: `mqtts://127.0.0.1:${port}`, roots, timeoutMs: 300 };
    expect(await failure(device.connect(silent))).toMatchObject({ code: 'silent', detail: null });
  });

  it('learns from an alert that the broker does not know its authority', async () => {
    const stranger = new Bench();
    try {
      const other = await makeDeviceAuthority(stranger);
      const device = new VirtualDevice(RunningChip.start(await provision(other)));
      const error = await failure(device.connect({ url, roots }));
      expect(error).toBeInstanceOf(DeviceConnectionError);
      expect(error).toMatchObject({ code: 'tls', detail: 'alert:unknown_ca' });
    } finally {
      await stranger.stop();
    }
  });

  it('is kept out once its certificate is on the list, and others are not', async () => {
    const place = new Bench();
    try {
      makeServerPki(place);
      const { issuer: own, crl } = await makeRevokingAuthority(place);
      const [good, bad] = [await provisionedChip(own), await provisionedChip(own)];
      const serial = new X509Certificate(bad.chain[0] ?? '').serialNumber.toLowerCase();
      const list = place.file('crl.pem', await crl([serial]));
      const port = await freePort();
      await startMosquitto(place, port, [`crlfile ${list}`]);
      const address = { url: `mqtts://127.0.0.1:${port}`, roots: new TrustedRoots(read(place, 'root.pem')) };
      const connection = await new VirtualDevice(good).connect(address);
      expect(await failure(new VirtualDevice(bad).connect(address))).toMatchObject({
        code: 'tls',
        detail: 'alert:certificate_revoked',
      });
      await connection.close();
    } finally {
      await place.stop();
    }
  });

  it('does not go on with a certificate that is another chip’s', async () => {
    const [one, two] = [
      RunningChip.start(await provision(issuer)),
      RunningChip.start(await provision(issuer)),
    ];
    class Borrower extends VirtualDevice {
      protected override chain(): readonly Uint8Array[] {
        return two.chain;
      }
    }
    expect(await failure(new Borrower(one).connect({ url, roots }))).toMatchObject({
      code: 'tls',
      detail: 'alert:decrypt_error',
    });
  });

  it('does not trust a broker of another root', async () => {
    const device = await newDevice();
    const error = await failure(device.connect({ url, roots: new TrustedRoots(read(bench, 'devices.pem')) }));
    expect(error).toMatchObject({ code: 'tls', detail: 'certificate-untrusted' });
  });

  it('says that the broker is gone', async () => {
    const port = await freePort();
    const second = await startMosquitto(bench, port);
    const device = await newDevice();
    const connection = await device.connect({ url: `mqtts://127.0.0.1:${port}`, roots });
    const gone = once(second.child, 'exit');
    second.child.kill('SIGKILL');
    expect(await connection.closed).toMatchObject({
      code: expect.stringMatching(/^(tls|socket)$/) as string,
    });
    expect(await failure(connection.publish('devices/x', 'x', { qos: 1 }))).toBeInstanceOf(
      DeviceConnectionError,
    );
    await gone;
    expect(await failure(device.connect({ url: `mqtts://127.0.0.1:${port}`, roots }))).toMatchObject({
      code: 'socket',
      detail: 'ECONNREFUSED',
    });
  });
});
