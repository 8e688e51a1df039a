import { describe, expect, it } from 'vitest';
import type { SiteView } from '#contract/sites.ts';
import { answered, isCard } from './prompts.ts';

const asks = (id: string): SiteView => ({
  ...{ id, row: 0, column: 0, programmer: '', port: '', virtual: false, state: 'running', part: null },
  ...{ run: null, lab: false, error: null },
  prompt: { id: `of ${id}`, request: 'reset', since: '2026-11-25T08:00:00.000Z' },
});
const asking = [asks('A1'), asks('A2')];

describe('a question to a person’s hands', () => {
  it('is answered by key one after the other', () => {
    expect(answered(asking, null)?.id).toBe('A1');
    expect(answered([], null)).toBeNull();
  });
  it('is answered by a card only where it is clear which one', () => {
    expect(answered(asking, 'DONE A2')?.id).toBe('A2');
    expect(answered(asking, 'DONE')).toBeNull();
    expect(answered(asking.slice(1), 'DONE')?.id).toBe('A2');
    expect(answered(asking, 'DONE C9')).toBeNull();
  });
  it('is not answered by what is no card', () => {
    expect(['DONE', 'DONE A1', 'DONE A', 'done', 'RL1;J=DONE'].filter(isCard)).toEqual(['DONE', 'DONE A1']);
  });
});
