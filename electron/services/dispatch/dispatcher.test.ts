import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { contract, MAX_MESSAGE_BYTES, type ChannelName, type Handlers } from '#contract/contract.ts';
import { AppError } from '#contract/errors.ts';
import type { Session } from '#contract/session.ts';
import { createDispatcher, type Call } from './dispatcher.ts';

const session = (role: Session['person']['role']): Session => ({
  person: { id: '1', name: 'A', role },
  signedInAt: '2026-01-01T00:00:00.000Z',
});

/** Records which handlers ran: a refused call must reach none. */
function gate(signedIn: Session | null, answer: (channel: string) => unknown = () => ({ done: true })) {
  const reached: string[] = [];
  const defects: unknown[] = [];
  const handlers = Object.fromEntries(
    Object.keys(contract).map((channel) => [
      channel,
      () => {
        reached.push(channel);
        return Promise.resolve(answer(channel));
      },
    ]),
  ) as unknown as Handlers;
  const dispatch = createDispatcher({
    handlers,
    sessionOf: () => signedIn,
    onDefect: (_reference, _channel, error) => defects.push(error),
  });
  return { dispatch, reached, defects };
}
const call = (channel: unknown, request: unknown, bytes = 10): Call => ({
  channel,
  request,
  bytes,
  connection: 'c',
});
const channels = Object.keys(contract) as ChannelName[];

describe('the gate', () => {
  it.each(channels)('refuses a malformed message on %s before any handler', async (channel) => {
    const { dispatch, reached } = gate(session('officer'));
    for (const request of [null, 7, 'x', [], { surprise: 1 }]) {
      const reply = await dispatch(call(channel, request));
      expect(reply).toMatchObject({ ok: false });
      if (!reply.ok) expect(['bad-message', 'not-allowed']).toContain(reply.error.code);
    }
    expect(reached).toEqual([]);
  });

  it.each(channels)('refuses an oversized message on %s', async (channel) => {
    const { dispatch, reached } = gate(session('officer'));
    const reply = await dispatch(call(channel, {}, MAX_MESSAGE_BYTES + 1));
    expect(reply).toMatchObject({ ok: false, error: { code: 'bad-message' } });
    expect(reached).toEqual([]);
  });

  it('lets nobody past who is not signed in, except where anyone may', async () => {
    const { dispatch, reached } = gate(null);
    for (const channel of channels.filter((name) => contract[name].access !== 'anyone')) {
      expect(await dispatch(call(channel, {}))).toMatchObject({
        ok: false,
        error: { code: 'not-signed-in' },
      });
    }
    expect(reached).toEqual([]);
  });

  it('refuses a role that may not', async () => {
    const { dispatch, reached } = gate(session('auditor'));
    expect(await dispatch(call('sites.startAll', {}))).toMatchObject({
      ok: false,
      error: { code: 'not-allowed' },
    });
    expect(await dispatch(call('bench.selfTest', { site: 'A1' }))).toMatchObject({ ok: false });
    expect(reached).toEqual([]);
  });

  it('passes a good call on and its answer back', async () => {
    const { dispatch } = gate(session('operator'));
    expect(await dispatch(call('sites.startAll', {}))).toEqual({ ok: true, value: { done: true } });
  });

  it('does not let an answer out that breaks the contract', async () => {
    const { dispatch, defects } = gate(session('operator'), () => ({ done: true, secret: 'x' }));
    const reply = await dispatch(call('sites.startAll', {}));
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(defects).toHaveLength(1);
  });

  it('turns a defect into a reference and a typed refusal into itself', async () => {
    const thrown = gate(session('operator'), () => {
      throw new AppError({ code: 'paused', what: 'W', next: 'N' });
    });
    expect(await thrown.dispatch(call('sites.startAll', {}))).toMatchObject({
      ok: false,
      error: { code: 'paused' },
    });
    const defect = gate(session('operator'), () => {
      throw new Error('pin 1140');
    });
    expect(JSON.stringify(await defect.dispatch(call('sites.startAll', {})))).not.toContain('1140');
  });

  it('never rejects, whatever arrives', async () => {
    const { dispatch } = gate(session('officer'));
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (channel, request) => {
        const reply = await dispatch(call(channel, request));
        expect(typeof reply.ok).toBe('boolean');
      }),
    );
  });
});
