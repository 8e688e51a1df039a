import { describe, expect, it } from 'vitest';
import type { TransferView } from '#contract/sync.ts';
import {
  missingText,
  nextPart,
  numberList,
  transferName,
  transferSize,
  unfinished,
  waitText,
} from './transfer-words.ts';

const transfer: TransferView = {
  direction: 'up',
  number: 12,
  at: '2026-11-23T12:00:00.000Z',
  state: 'written',
  records: 4212,
  parts: 3,
  bytes: 12_400_000,
  missing: [],
  reason: null,
};

describe('a transfer in words', () => {
  it('has a name and a size', () => {
    expect(transferName(transfer)).toBe('To the cloud 12');
    expect(transferName({ ...transfer, direction: 'down', number: 3 })).toBe('From the cloud 3');
    expect(transferSize(transfer)).toBe('4,212 records · 3 parts · 12.4 MB');
    expect(transferSize({ ...transfer, records: 1, parts: 1, bytes: 0 })).toBe('1 record · 1 part');
    expect([0, 1, 4212].map(waitText)).toEqual([
      'Nothing waits to go up.',
      '1 record waits to go up.',
      '4,212 records wait to go up.',
    ]);
    expect(transferSize({ ...transfer, records: 0, parts: 4 })).toBe('4 parts · 12.4 MB');
    expect(transferSize({ ...transfer, records: 1, parts: 1 })).toBe('1 record · 1 part · 12.4 MB');
  });
  it('names the parts that are missing', () => {
    expect(missingText(transfer)).toBe('');
    expect(missingText({ ...transfer, missing: [2] })).toBe('Part 2 is missing');
    expect(missingText({ ...transfer, missing: [9, 2, 5, 4, 6] })).toBe('Parts 2, 4 to 6 and 9 are missing');
    expect(numberList([1, 2])).toBe('1, 2');
  });
  it('knows what goes on the next stick', () => {
    const writing = { ...transfer, state: 'writing' as const, parts: 2 };
    expect(nextPart(writing)).toBe(3);
    expect(nextPart({ ...writing, missing: [4, 5] })).toBe(4);
    expect(unfinished([transfer, writing])).toBe(writing);
    expect(unfinished([transfer, { ...writing, direction: 'down' }])).toBeNull();
  });
});
