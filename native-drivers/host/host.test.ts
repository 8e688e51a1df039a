import { describe, expect, it } from 'vitest';
import { Host } from './host.ts';
import type { HostReply } from './messages.ts';

/** The driver process' inside without the process: what it is told and what it says. */
function hostWithParent() {
  const waiting: ((reply: HostReply) => void)[] = [];
  let tell: (message: unknown) => void = () => undefined;
  new Host({
    send: (reply) => waiting.shift()?.(reply as HostReply),
    onMessage: (listener) => {
      tell = listener;
    },
    onClosed: () => undefined,
  });
  return (message: unknown) =>
    new Promise<HostReply>((resolve) => {
      waiting.push(resolve);
      tell(message);
    });
}

describe('messages to the driver process', () => {
  it.each([
    { type: 'run', id: 1, site: 'A1', operation: 'format-disk', input: {} },
    { type: 'run', id: 1, site: 'A1', operation: 'program' },
    { type: 'open-site', id: 1, site: 'A1', link: { path: 7, control: {} }, target: 'ra8m1' },
    { type: 'put-image', id: 1, image: { sha256: 'no', format: 'elf', segments: [], entryPoint: null } },
    { type: 'close-site', id: 1, site: 'x'.repeat(65) },
    { type: 'reboot', id: 1 },
  ])('refuses %j as bad-argument', async (message) => {
    expect(await hostWithParent()(message)).toMatchObject({
      type: 'error',
      id: 1,
      error: { code: 'bad-argument' },
    });
  });

  it('says nothing to messages that are none at all, and goes on', async () => {
    const heard: HostReply[] = [];
    let tell: (message: unknown) => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      new Host({
        send: (reply) => {
          heard.push(reply as HostReply);
          resolve();
        },
        onMessage: (listener) => {
          tell = listener;
        },
        onClosed: () => undefined,
      });
    });
    for (const message of [null, 7, 'text', [], { id: 'x' }]) tell(message);
    tell({ type: 'close-site', id: 2, site: 'A1' });
    await answered;
    expect(heard).toEqual([{ type: 'result', id: 2, value: null }]);
  });

  it('says unsupported for a target without a driver, port-missing for a site without a port', async () => {
    const ask = hostWithParent();
    const link = { path: '/dev/rootline-none', control: { kind: 'operator' } };
    const open = (target: string) => ask({ type: 'open-site', id: 4, site: 'A1', link, target });
    expect(await open('z80')).toMatchObject({ error: { code: 'unsupported' } });
    expect(await open('ra8m1')).toMatchObject({ error: { code: 'port-missing' } });
  });
});
