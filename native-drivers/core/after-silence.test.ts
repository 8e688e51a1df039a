import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { afterSilence } from './after-silence.ts';

let near: Socket;
let far: Socket;
let close: () => void;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rootline-silence-'));
  const server = createServer().listen(join(folder, 'line'));
  await once(server, 'listening');
  near = createConnection(join(folder, 'line'));
  [far] = (await once(server, 'connection')) as [Socket];
  close = () => {
    near.destroy();
    far.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
});
afterEach(() => close());

/** The process is busy, or was not let run, for well over the time-out. */
function holdUp(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('prefers an answer that has arrived to a time-out that has passed', async () => {
  const heard = await new Promise<string>((resolve) => {
    const cancel = afterSilence(1, () => resolve('silence'));
    near.once('data', () => {
      cancel();
      resolve('answer');
    });
    far.write('x');
    holdUp(20);
  });
  expect(heard).toBe('answer');
});

it('tells of silence', async () => {
  await new Promise<void>((resolve) => afterSilence(1, resolve));
});

it('says nothing once it is cancelled', async () => {
  const late: string[] = [];
  afterSilence(1, () => late.push('cancelled one'))();
  await new Promise<void>((resolve) => afterSilence(2, resolve));
  expect(late).toEqual([]);
});
