import { describe, expect, it } from 'vitest';
import { presenceChange, siteStateOf, type SiteFacts } from './site-state.ts';

const idle: SiteFacts = {
  ...{ online: true, vacant: false, part: false, running: false, result: null },
};

describe('site state', () => {
  it.each<[Partial<SiteFacts>, string]>([
    [{ online: false }, 'offline'],
    [{}, 'empty'],
    [{ online: false, vacant: true, part: null }, 'empty'],
    [{ online: false, vacant: true }, 'empty'],
    [{ online: false, vacant: true, part: true }, 'offline'],
    [{ online: false, vacant: true, result: 'passed' }, 'passed'],
    [{ part: true }, 'ready'],
    [{ part: null }, 'ready'],
    [{ part: true, running: true }, 'running'],
    [{ part: true, result: 'passed' }, 'passed'],
    [{ online: false, result: 'unknown' }, 'unknown'],
    [{ online: false, result: 'failed' }, 'failed'],
  ])('%o is %s', (facts, state) => {
    expect(siteStateOf({ ...idle, ...facts })).toBe(state);
  });
});

describe('presence', () => {
  it('clears a result when the part is out or another one comes in, and never an unknown one', () => {
    expect(presenceChange({ ...idle, part: true, result: 'passed' }, false).cleared).toBe(true);
    expect(presenceChange({ ...idle, part: false, result: 'failed' }, true)).toEqual({
      cleared: true,
      inserted: true,
    });
    expect(presenceChange({ ...idle, part: true, result: 'unknown' }, false).cleared).toBe(false);
  });

  it('keeps a result while the same part is reported again', () => {
    expect(presenceChange({ ...idle, part: true, result: 'passed' }, true)).toEqual({
      cleared: false,
      inserted: false,
    });
  });

  it('does not clear a run under way', () => {
    expect(presenceChange({ ...idle, part: true, running: true }, false).cleared).toBe(false);
  });
});
