import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, siteName, type Bench } from './bench.ts';
import { openBenchControl, type BenchControl } from './control-client.ts';
import { partFromBench } from './network/from-bench.ts';

describe('control socket and its client', () => {
  let directory: string;
  let bench: Bench;
  let control: BenchControl;
  const socket = () => bench.sites[0]?.control ?? '';

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bench-control-'));
    bench = await openBench({ target: 'ra8m1', sites: 1, speed: 'max', directory, empty: true, seed: 7 });
    control = await openBenchControl(socket());
  });
  afterEach(async () => {
    await control.close();
    await bench.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('inserts and removes parts and tells all who watch', async () => {
    const other = await openBenchControl(socket());
    const seen: boolean[] = [];
    other.onPresence((part) => seen.push(part));
    expect(await control.presence()).toBe(false);
    await control.insert();
    const { uid } = await control.status();
    await expect(control.insert()).rejects.toMatchObject({ code: 'bad-argument' });
    await control.remove();
    await control.insert(uid ?? '');
    expect((await other.status()).uid).toBe(uid);
    expect(seen).toEqual([true, false, true]);
    await other.close();
  });

  it('gives a part back as it was taken out', async () => {
    await control.insert('00112233445566778899aabbccddeeff');
    await control.fault('wrong-uid');
    await control.remove();
    await control.insert('00112233445566778899aabbccddeeff');
    expect((await control.status()).uid).toBe('00112233445566778899aabbccddeeff');
  });

  it('tells what the part keeps in data flash, and refuses for an empty socket', async () => {
    await expect(control.flash()).rejects.toMatchObject({ code: 'bad-argument' });
    await control.insert('00112233445566778899aabbccddeeff');
    const flash = await control.flash();
    expect(flash).toMatchObject({ uid: '00112233445566778899aabbccddeeff', address: 0x27000000, dlm: 'OEM' });
    const part = partFromBench(flash);
    expect(part.data.every((byte) => byte === 0xff)).toBe(true);
    expect(() => partFromBench({ ...flash, data: flash.data.slice(4) })).toThrow('not the data flash');
  });

  it('moves the port with the cable, and the link with it', async () => {
    const { link, port } = await control.status();
    expect(readlinkSync(link)).toBe(port);
    const ports: (string | null)[] = [];
    control.onCable((path) => ports.push(path));
    expect(await control.cable(false)).toBeNull();
    expect(existsSync(link)).toBe(false);
    const plugged = await control.cable(true);
    expect(readlinkSync(link)).toBe(plugged);
    expect(ports).toEqual([null, plugged]);
  });

  it('sets mode pin, power and temperature', async () => {
    await control.insert();
    await control.setMode('run');
    expect(await control.status()).toMatchObject({ mode: 'high', running: 'boot-rom' });
    await control.reset();
    expect((await control.status()).running).toBe('silent');
    await control.power(false);
    await control.temperature(-20.5);
    expect(await control.status()).toMatchObject({ powered: false, running: 'off', temperature: -20.5 });
  });

  it('refuses what it does not know, one answer for each line', async () => {
    const answers = await new Promise<string>((resolve) => {
      let text = '';
      const raw = createConnection(socket(), () => raw.end('jump\nmd up\nfault none\ntoString\nclock\n'));
      raw.setEncoding('utf8');
      raw.on('data', (chunk: string) => (text += chunk));
      raw.on('close', () => resolve(text));
    });
    const errors = answers
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { error?: string }).error);
    expect(errors).toEqual(['unknown-command', 'bad-argument', 'bad-argument', 'unknown-command', undefined]);
  });

  it('ends a client that sends a line without end', async () => {
    const text = await new Promise<string>((resolve) => {
      let received = '';
      const raw = createConnection(socket(), () => raw.write('x'.repeat(5000)));
      raw.setEncoding('utf8');
      raw.on('data', (chunk: string) => (received += chunk));
      raw.on('close', () => resolve(received));
    });
    expect(JSON.parse(text)).toMatchObject({ ok: false, error: 'line-too-long' });
  });

  it('says port-missing without a bench and port-gone when the bench ends', async () => {
    await expect(openBenchControl(join(directory, 'none.sock'))).rejects.toMatchObject({
      code: 'port-missing',
    });
    const gone = new Promise<string>((resolve) => control.onGone((error) => resolve(error.code)));
    await bench.close();
    expect(await gone).toBe('port-gone');
    await expect(control.status()).rejects.toMatchObject({ code: 'port-gone' });
  });

  it('counts wire and flash time and starts again on request', async () => {
    await control.resetClock();
    expect((await control.clock()).idealSeconds).toBe(0);
  });
});

describe('bench', () => {
  it('names sites as on the fixture', () => {
    expect([0, 3, 4, 63].map(siteName)).toEqual(['A1', 'A4', 'B1', 'P4']);
  });

  it('opens 64 sites with parts of their own and cleans up after them', async () => {
    const bench = await openBench({ target: 'ra8m1', sites: 64, speed: 'max' });
    const controls = await Promise.all(bench.sites.map((site) => openBenchControl(site.control)));
    const states = await Promise.all(controls.map((control) => control.status()));
    expect(new Set(states.map((state) => state.uid)).size).toBe(64);
    expect(new Set(states.map((state) => state.port)).size).toBe(64);
    await Promise.all(controls.map((control) => control.close()));
    await bench.close();
    expect(bench.sites.some((site) => existsSync(site.link) || existsSync(site.control))).toBe(false);
  });

  it('repeats unique ids with a seed', async () => {
    const uids: (string | null)[] = [];
    for (let run = 0; run < 2; run += 1) {
      const bench = await openBench({ target: 'ra8m1', sites: 1, speed: 'max', seed: 42 });
      const control = await openBenchControl(bench.sites[0]?.control ?? '');
      uids.push((await control.status()).uid);
      await control.close();
      await bench.close();
    }
    expect(uids[0]).toBe(uids[1]);
  });
});
