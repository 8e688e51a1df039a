import { describe, expect, it } from 'vitest';
import { api, type OperationName } from '#cloud/contract/api.ts';
import { answers, type Asked } from './fixture-answers.ts';
import { emptyAnswers } from './fixture-empty.ts';

const asked: Asked = { query: {}, path: '' };

describe.each([
  ['filled', answers],
  ['empty', emptyAnswers],
])('the gallery’s %s cloud', (_name, table) => {
  it.each(Object.keys(table) as OperationName[])('answers %s as the contract says', (name) => {
    const { error } = api[name].response.safeParse(table[name]?.(asked));
    expect(error?.issues ?? []).toEqual([]);
  });
});
