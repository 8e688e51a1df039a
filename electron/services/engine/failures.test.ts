import { describe, expect, it } from 'vitest';
import { errorView } from '#contract/errors.ts';
import { DriverError } from '#drivers/core/errors.ts';
import { StoreError } from '#store/errors.ts';
import { failureTable, type FailureCode } from './failure-table.ts';
import { classify, failureLabel, failureView } from './failures.ts';
import { RunError } from './run-error.ts';

const codes = Object.keys(failureTable) as FailureCode[];
const chips = ['untouched', 'not-locked', 'locked', 'unknown', null] as const;

describe('failure sentences', () => {
  it.each(codes)('%s says what happened, what the chip is and what to do', (code) => {
    for (const chip of chips) {
      const view = errorView.parse(failureView(code, chip));
      expect(view.what).toMatch(/^[A-Z].{8,}/);
      expect(view.what).not.toMatch(/undefined|NaN/);
      expect(view.next).toMatch(/\.$/);
      expect(failureLabel(code).length).toBeLessThan(24);
    }
  });

  it.each(codes)('%s with the part in doubt asks for a read-back and nothing else', (code) => {
    expect(failureView(code, 'unknown')).toMatchObject({
      chip: 'It may be locked.',
      next: 'Leave the part in, press Read back.',
      retry: false,
    });
  });

  it('names measurement, value and limit', () => {
    const context = { title: 'Bit error', value: 13.1, unit: '%', max: 12 };
    const view = failureView('limit', 'not-locked', context);
    expect(view.what).toBe('Bit error 13.1 %, limit 12 %');
    expect(`${view.chip ?? ''} ${view.next}`).toBe('Not locked. Put it in the red tray.');
  });

  it('says where the cable was lost', () => {
    expect(failureView('port-gone', 'unknown', { phase: 'lock' }).what).toBe('Cable lost during lock');
  });
});

describe('classify', () => {
  it('reads typed errors by their fields', () => {
    const gone = new DriverError('port-gone', 'x', { chip: 'not-locked', context: { path: '/dev/pts/1' } });
    expect(classify(gone)).toEqual({
      code: 'port-gone',
      chip: 'not-locked',
      context: { path: '/dev/pts/1' },
    });
    expect(classify(new StoreError('disk-full', 'x')).code).toBe('disk-full');
    expect(classify(new RunError('limit', { title: 'Score' })).context).toEqual({ title: 'Score' });
  });

  it('calls everything else a defect', () => {
    expect(classify(new TypeError('locked')).code).toBe('internal');
    expect(classify('locked').code).toBe('internal');
    expect(classify(Object.assign(new Error('x'), { code: 'ENOENT' })).code).toBe('internal');
    expect(classify(Object.assign(new Error('x'), { code: 'toString' })).code).toBe('internal');
  });
});
