import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPtyPair } from './pty-pair.test-support.ts';
import type { PtyPair } from './pty-pair.test-support.ts';
import { openSerial } from './serial.ts';

let pair: PtyPair;
beforeEach(async () => {
  pair = await openPtyPair();
});
afterEach(() => pair.pull());

describe('serial transport', () => {
  it('carries bytes both ways as they come', async () => {
    const near = await openSerial(pair.a, 9600);
    const far = await openSerial(pair.b, 9600);
    far.onData((bytes) => void far.write(bytes));
    const echoed = new Promise<Uint8Array>((resolve) => near.onData(resolve));
    await near.write(Uint8Array.of(1, 2, 3));
    expect(Buffer.from(await echoed)).toEqual(Buffer.of(1, 2, 3));
    await Promise.all([near.close(), far.close()]);
  });

  it('counts what arrives while nobody listens, and delivers none of it later', async () => {
    const near = await openSerial(pair.a, 9600);
    const far = await openSerial(pair.b, 9600);
    const first = new Promise<void>((resolve) => {
      const remove = near.onData(() => {
        remove();
        resolve();
      });
    });
    await far.write(Uint8Array.of(1));
    await first;
    far.onData((bytes) => void far.write(bytes));
    await near.write(Uint8Array.of(2, 3, 4));
    await vi.waitUntil(() => near.dropped === 3);
    const last = new Promise<Uint8Array>((resolve) => near.onData(resolve));
    await near.write(Uint8Array.of(7));
    expect([...(await last)]).toEqual([7]);
    await Promise.all([near.close(), far.close()]);
  });

  it('says port-missing for a path that leads nowhere', async () => {
    await expect(openSerial('/dev/rootline-none', 9600)).rejects.toMatchObject({ code: 'port-missing' });
  });

  it('says port-busy for a port that another holds', async () => {
    const holder = await openSerial(pair.a, 9600);
    await expect(openSerial(pair.a, 9600)).rejects.toMatchObject({ code: 'port-busy' });
    await holder.close();
  });

  it('says port-gone once when the cable is pulled, and to every later write', async () => {
    const transport = await openSerial(pair.a, 9600);
    const gone = new Promise((resolve) => transport.onGone(resolve));
    await pair.pull();
    expect(await gone).toMatchObject({ code: 'port-gone' });
    await expect(transport.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'port-gone' });
  });

  it('changes the baud rate', async () => {
    const transport = await openSerial(pair.a, 9600);
    await transport.setBaudRate(115_200);
    expect(transport.baudRate).toBe(115_200);
    await transport.close();
  });
});
