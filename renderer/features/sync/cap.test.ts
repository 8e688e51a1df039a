import { describe, expect, it } from 'vitest';
import { syncChannels } from '#contract/sync.ts';
import { capBytes, capText } from './cap.ts';

describe('a cap of the line', () => {
  it('is typed in kB/s, and nothing typed is no cap', () => {
    expect(capBytes(' 125 ')).toBe(125_000);
    expect(capBytes('')).toBeNull();
    expect(capText(125_000)).toBe('125');
    expect(capText(null)).toBe('');
  });
  it('refuses what the station would refuse', () => {
    for (const typed of ['0', '1', '1.5', '-4', 'fast', '1000001']) expect(capBytes(typed)).toBeUndefined();
    for (const typed of ['2', '1000000', '']) {
      const request = { bytesPerSecond: capBytes(typed), proxy: '', courierFolder: '' };
      expect(syncChannels['sync.settings'].request.safeParse(request).success).toBe(true);
    }
  });
});
