import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SerialPort } from 'serialport';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { createQdidSession } from '#drivers/roots-of-trust/qdid/session.ts';
import { createEnrolmentAgent } from './agent.ts';
import { PartInMemory } from './part-in-memory.ts';

let folder: string;
let socat: ChildProcess;

/** Two ends of a pseudo-terminal cable; socat says on its error output when both are there. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-pty-'));
  const end = (name: string) => `pty,raw,echo=0,link=${join(folder, name)}`;
  socat = spawn('socat', ['-d', '-d', end('chip'), end('station')], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: socat.stderr! }))
    if (line.includes('starting data transfer loop')) break;
});
afterAll(async () => {
  const gone = once(socat, 'exit');
  socat.kill();
  await gone;
  rmSync(folder, { recursive: true });
});

async function open(name: string): Promise<SerialPort> {
  const port = new SerialPort({ path: join(folder, name), baudRate: 115_200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return port;
}
function transportOf(port: SerialPort): Transport {
  return {
    path: port.path,
    baudRate: 115_200,
    write: (bytes) => new Promise((resolve, reject) => port.write(bytes, (e) => (e ? reject(e) : resolve()))),
    onData: (listener) => {
      port.on('data', listener);
      return () => void port.off('data', listener);
    },
    onGone: () => () => undefined,
    setBaudRate: () => Promise.resolve(),
    close: () => new Promise((resolve) => port.close(() => resolve())),
  };
}

it('speaks over a pseudo-terminal with serialport, as over a cable', async () => {
  const chipEnd = await open('chip');
  const agent = createEnrolmentAgent(new PartInMemory(), {
    send: (bytes) => void chipEnd.write(bytes),
    reset: () => undefined,
  });
  chipEnd.on('data', (bytes: Buffer) => agent.receive(bytes));
  const transport = transportOf(await open('station'));
  const session = createQdidSession(transport);
  const context = { signal: new AbortController().signal, progress: () => undefined };
  expect((await session.info(context)).output).toMatchObject({ rootOfTrust: 'qdid', enrolled: false });
  const { deviceId } = (await session.enrol(context)).output;
  const test = await session.reconstruct({ reads: 10 }, context);
  expect(new Set(test.output.deviceIds)).toEqual(new Set([deviceId]));
  expect((await session.csr({ subjectSerial: 'RL-1' }, context)).output.csr.length).toBeGreaterThan(200);
  expect((await session.lock(context)).output.answered).toBe(true);
  session.close();
  agent.stop();
  await transport.close();
  await new Promise<void>((resolve) => chipEnd.close(() => resolve()));
});
