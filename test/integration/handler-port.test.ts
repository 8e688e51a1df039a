import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { leaveUnknown, startTestStation, type TestStation } from './harness.ts';

let test: TestStation;
let token: string;
let ports: { tcp: number; http: number };
const open: Socket[] = [];
const LOOPBACK = { enabled: true, host: '127.0.0.1', tcpPort: 0, httpPort: 0 };

beforeAll(async () => {
  test = await startTestStation({ sites: 2 });
  const officer = test.callAs('officer');
  ({ token } = await officer('handler.renewToken', {}));
  const { running } = await officer('handler.set', LOOPBACK);
  ports = running!;
  await test.openBatch(20);
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});
afterAll(() => test.dispose());

/** A handler as its maker would write it: a socket and lines. */
async function handler(port: number) {
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const heard: string[] = [];
  const next = async (): Promise<string> => String((await lines.next()).value);
  /** The answer to a line; what the station says of itself meanwhile is kept. */
  const ask = async (line: string): Promise<string> => {
    socket.write(`${line}\r\n`);
    for (;;) {
      const said = await next();
      if (!said.startsWith('DONE')) return said;
      heard.push(said);
    }
  };
  const done = async (): Promise<string> => heard.shift() ?? next();
  return { greeting: await next(), ask, done };
}

/** curl, as anybody would call it. */
async function curl(
  path: string,
  ...more: string[]
): Promise<{ status: number; body: Record<string, unknown> }> {
  const url = `http://127.0.0.1:${ports.http}${path}`;
  const { stdout } = await promisify(execFile)('curl', ['-s', '-w', '\n%{http_code}', ...more, url]);
  const [body = '', status = ''] = stdout.split(/\n(?=\d+$)/);
  return { status: Number(status), body: JSON.parse(body) as Record<string, unknown> };
}
const signed = (): string[] => ['-H', `Authorization: Bearer ${token}`];

it('a handler puts a part in, starts it, reads its bin and takes it out, over TCP', async () => {
  const { greeting, ask, done } = await handler(ports.tcp);
  expect(greeting).toBe('ROOTLINE 1 Test_station');
  expect(await ask(`AUTH ${token}`)).toBe('OK welcome');
  expect(await ask('SITES')).toBe('OK A1 A2');
  expect(await ask('BATCH')).toMatch(/^OK open job=TH4 lot=LOT-1 made=0 .*quantity=20$/);
  await ask('WATCH');
  await test.hands.insert('A1');
  expect(await ask('START A1')).toMatch(/^OK A1 state=running part=in run=/);
  const uid = await test.hands.uid('A1');
  const line = await done();
  expect(line).toMatch(
    new RegExp(`^DONE A1 bin=1 result=passed run=\\S+ uid=${uid} device=[0-9a-f]{64} code=- `),
  );
  expect(await ask('BIN A1')).toBe(line.replace('DONE', 'OK'));
  expect(await ask('CLEAR A1')).toMatch(/^ERR site-not-cleared /);
  await test.hands.remove('A1');
  await test.until('A1', 'empty');
  expect(await ask('START A1')).toMatch(/^ERR site-not-ready /);
});

it('the same over HTTP, by curl; the wait ends with the run', async () => {
  expect(await curl('/v1/sites/A2/result', ...signed())).toMatchObject({
    status: 404,
    body: { code: 'no-result' },
  });
  await test.hands.insert('A2');
  await curl('/v1/sites/A2/start', '-X', 'POST', ...signed());
  const result = await curl('/v1/sites/A2/result?wait=60', ...signed());
  expect(result).toMatchObject({
    status: 200,
    body: { bin: 1, result: 'passed', uid: await test.hands.uid('A2') },
  });
  await test.hands.remove('A2');
  await test.until('A2', 'empty');
  const empty = await curl('/v1/sites/A2/start', '-X', 'POST', ...signed());
  expect(empty).toMatchObject({ status: 409, body: { code: 'site-not-ready' } });
  expect(await curl('/v1/sites/Z9', ...signed())).toMatchObject({
    status: 404,
    body: { code: 'site-missing' },
  });
  expect(await curl('/v1/sites/nonsense', ...signed())).toMatchObject({ status: 400 });
  expect(await curl('/v1/batch', ...signed())).toMatchObject({ body: { batch: { job: 'TH4', made: 2 } } });
});

it('a part that nobody knows is to be held, and told again once it has been read back', async () => {
  const { ask, done } = await handler(ports.tcp);
  await ask(`AUTH ${token}`);
  await ask('WATCH');
  // The lock waits for an answer when the cable goes.
  await test.hands.fault('A1', 'delay 60000 71');
  await leaveUnknown(test, test.hands, 'A1');
  expect(await done()).toMatch(/^DONE A1 bin=4 result=unknown .*code=\S+/);
  await test.hands.fault('A1', null);
  await test.hands.cable('A1', true);
  await test.untilSite('A1', ({ error }) => error === null);
  await test.call('sites.readBack', { site: 'A1' });
  expect(await done()).toMatch(/^DONE A1 bin=[123] result=(passed|failed) /);
  await test.hands.remove('A1');
});

it('says in its OpenAPI document every path that it serves, and serves each of them', async () => {
  const { body } = await curl('/openapi.json');
  expect(body).toMatchObject({ openapi: '3.1.0', security: [{ token: [] }] });
  const paths = Object.entries(body['paths'] as Record<string, Record<string, unknown>>);
  expect(paths).toHaveLength(7);
  for (const [path, methods] of paths)
    for (const method of Object.keys(methods)) {
      const at = path.replace('{site}', 'B7');
      expect((await curl(at, '-X', method.toUpperCase())).body).toMatchObject({ code: 'wrong-token' });
      const { body: answer } = await curl(at, '-X', method.toUpperCase(), ...signed());
      expect(answer['code']).not.toBe('not-found');
    }
});

it('a new token ends the old one, and a line that is too long ends its connection', async () => {
  const before = token;
  const renewed = await test.callAs('officer')('handler.renewToken', {});
  ({ token } = renewed);
  ports = renewed.view.running!;
  const old = await handler(ports.tcp);
  expect(await old.ask(`AUTH ${before}`)).toMatch(/^ERR wrong-token /);
  const { ask } = await handler(ports.tcp);
  expect(await ask(`AUTH ${'x'.repeat(400)}`)).toMatch(/^ERR line-too-long /);
  expect(await test.store.settings.get('handler.port')).not.toContain(token);
});

it('a port that is taken is refused in words, and what was open stays open', async () => {
  const officer = test.callAs('officer');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = { ...LOOPBACK, tcpPort: (other.address() as AddressInfo).port };
  await expect(officer('handler.set', taken)).rejects.toMatchObject({ view: { code: 'handler-port-taken' } });
  other.close();
  const { running } = await officer('handler.get', {});
  ports = running!;
  expect((await handler(ports.tcp)).greeting).toMatch(/^ROOTLINE 1/);
  const { running: shut } = await officer('handler.set', { ...LOOPBACK, enabled: false });
  expect(shut).toBeNull();
  await expect(handler(ports.tcp)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
