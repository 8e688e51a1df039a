import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunView, SiteView } from '#contract/sites.ts';
import { noSuchSite, siteNotReady } from '#services/sites/site-errors.ts';
import type { Cell } from './cell.ts';
import { LineSession } from './line-session.ts';
import { newToken, TokenGate } from './token.ts';

const { token, tokenHash } = newToken();
let now: number;
let sent: string[];
let ended: boolean;
let view: SiteView;
let listener: ((site: SiteView) => void) | null;
let started: string[];
let session: LineSession;

const run: RunView = {
  ...{ id: 'r1', attempt: 1, chipUid: 'aa01', deviceId: null, readingBack: false, phases: [], current: null },
  ...{ progress: null, startedAt: '2026-11-25T00:00:00.000Z', elapsed: 12.34, error: null },
};
const cell: Cell = {
  name: 'Line 1',
  sites: () => [view],
  site: (id) => {
    if (id !== 'A1') throw noSuchSite(id);
    return view;
  },
  start: (id) => {
    if (view.state !== 'ready') return Promise.reject(siteNotReady(id, view.state));
    started.push(id);
    view = { ...view, state: 'running', run };
    return Promise.resolve();
  },
  stop: () => undefined,
  clear: () => undefined,
  batch: () => null,
  onSite: (given) => {
    listener = given;
    return () => (listener = null);
  },
};
const become = (state: SiteView['state'], error: RunView['error'] = null): void => {
  view = { ...view, state, run: { ...run, error } };
  listener?.(view);
};
const say = async (line: string): Promise<string> => {
  await session.line(line);
  return sent.at(-1) ?? '';
};

beforeEach(() => {
  [now, sent, ended, started, listener] = [0, [], false, [], null];
  view = {
    ...{
      id: 'A1',
      row: 0,
      column: 0,
      programmer: 'Bench',
      port: '',
      virtual: true,
      state: 'ready',
      part: true,
    },
    ...{ run: null, prompt: null, lab: false, error: null },
  };
  const gate = new TokenGate(tokenHash, () => now);
  session = new LineSession({
    ...{ cell, gate, address: '10.0.0.9', send: (line) => void sent.push(line) },
    end: () => (ended = true),
  });
});

describe('the line protocol', () => {
  it('greets, and does nothing for who has not signed in', async () => {
    expect(sent).toEqual(['ROOTLINE 1 Line_1']);
    expect(await say('START A1')).toMatch(/^ERR not-signed-in /);
    expect(started).toEqual([]);
  });

  it('starts a part and tells once where it belongs', async () => {
    await say(`AUTH ${token}`);
    expect(await say('watch')).toBe('OK watching');
    expect(await say('BIN A1')).toBe('ERR no-result Site A1 has no result: it is ready.');
    expect(await say('START A1')).toBe('OK A1 state=running part=in run=r1');
    become('passed');
    become('passed');
    const done = 'A1 bin=1 result=passed run=r1 uid=aa01 device=- code=- seconds=12.3';
    expect(sent.filter((line) => line.startsWith('DONE'))).toEqual([`DONE ${done}`]);
    expect(await say('BIN A1')).toBe(`OK ${done}`);
  });

  it('tells a part that nobody knows as one to hold, and again once it has been read', async () => {
    await say(`AUTH ${token}`);
    await say('WATCH');
    become('unknown', { code: 'port-gone', what: '', chip: null, next: '', retry: true });
    expect(sent.at(-1)).toContain('bin=4 result=unknown');
    become('passed');
    expect(sent.at(-1)).toContain('bin=1 result=passed');
  });

  it.each([
    [true, 'bin=3'],
    [false, 'bin=2'],
  ])('a failure that may be tried again: %s is %s', async (retry, bin) => {
    await say(`AUTH ${token}`);
    become('failed', { code: 'verify-mismatch', what: '', chip: null, next: '', retry });
    expect(await say('BIN A1')).toContain(`${bin} result=failed`);
  });

  it('takes a part that its fixture has started already as started', async () => {
    await say(`AUTH ${token}`);
    become('running');
    expect(await say('START A1')).toMatch(/^OK A1 state=running/);
    expect(started).toEqual([]);
  });

  it('refuses with the code of the station, and a site that is not there', async () => {
    await say(`AUTH ${token}`);
    become('offline');
    expect(await say('START A1')).toMatch(/^ERR site-not-ready Site A1 .*Plug the programmer in\.$/);
    expect(await say('START B9')).toMatch(/^ERR site-missing /);
  });

  it('ends with a wrong token; an address that guesses waits, also with the right one', async () => {
    for (let tries = 0; tries < 5; tries += 1) expect(await say('AUTH guess')).toMatch(/^ERR wrong-token /);
    expect(ended).toBe(true);
    expect(await say(`AUTH ${token}`)).toMatch(/^ERR wait /);
    now = 31_000;
    expect(await say(`AUTH ${token}`)).toBe('OK welcome');
  });

  it('answers every line with one line, whatever is in it', async () => {
    await say(`AUTH ${token}`);
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
        const line = text.replaceAll('\n', ' ');
        const before = sent.length;
        await session.line(line);
        const answers = sent.slice(before);
        expect(answers).toHaveLength(line.trim() === '' ? 0 : 1);
        for (const answer of answers) expect(answer).toMatch(/^(OK|ERR) [^\n]+$/);
      }),
    );
  });
});
