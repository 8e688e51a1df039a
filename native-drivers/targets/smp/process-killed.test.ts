import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHostRig, type HostRig } from '../host-rig.test-support.ts';
import { mcubootFile } from './mcuboot-file.test-support.ts';

const target = 'smp';
let rig: HostRig;
beforeEach(async () => {
  rig = await openHostRig(target);
  await rig.hands.fault('built-for 1000000');
});
afterEach(() => rig.close());

const put = (name: string, body: number): Promise<{ image: string }> =>
  rig.put(name, { address: 0, bytes: mcubootFile({ body: new Uint8Array(body) }) });
const died = { code: 'host-died', chip: 'unknown' };

describe('driver-process-killed', () => {
  it('in the middle of an upload: the next one begins anew and writes it whole', async () => {
    const image = await put('a', 20_000);
    await rig.run('identify', { target });
    const next = rig.successor();
    let killed = false;
    const interrupted = rig.run('program', image, ({ done, total }) => {
      if (killed || done === 0 || done === total) return;
      killed = true;
      rig.kill();
    });
    await expect(interrupted).rejects.toMatchObject(died);
    await next;
    expect((await rig.run('identify', { target })).lifecycle.dlm).toBe('EMPTY');
    await rig.run('program', image);
    expect((await rig.run('verify', image)).bytes).toBeGreaterThan(20_000);
  });

  it('while a confirmation is under way: unknown, and the next one reads what came of it', async () => {
    await rig.run('identify', { target });
    await rig.run('program', await put('b', 2000));
    await rig.run('start-firmware', {});
    const { chipUid } = await rig.run('read-state', {});
    await rig.run('program', await put('c', 3000));
    await rig.run('move-lifecycle', { to: 'TEST' });
    await rig.run('start-firmware', {});
    expect((await rig.run('read-state', {})).lifecycle.dlm).toBe('TRIAL');
    await rig.hands.fault('confirm-silent');
    const next = rig.successor();
    const unknown = expect(rig.run('move-lifecycle', { to: 'CONFIRM' })).rejects.toMatchObject(died);
    // The simulated board says here by itself that it was confirmed: the answer is what nobody gets.
    await expect.poll(async () => (await rig.hands.status()).running, { interval: 5 }).toBe('silent');
    rig.kill();
    await unknown;
    await next;
    await rig.hands.fault('no-recovery');
    await rig.hands.reset();
    expect(await rig.run('identify', { target })).toMatchObject({ chipUid, lifecycle: { dlm: 'CONFIRMED' } });
  });
});
