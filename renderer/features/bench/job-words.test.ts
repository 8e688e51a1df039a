import { describe, expect, it } from 'vitest';
import type { JobView } from '#contract/jobs.ts';
import { chipAndRoot, makeableFirst } from './job-words.ts';

const job = (id: string, rootOfTrust: string): JobView => ({
  ...{ id, name: id, revision: 1, checksum: '', sha256: '', target: id, targetTitle: id.toUpperCase() },
  ...{ rootOfTrust, allowance: { total: 1, left: 1 }, images: [], phases: [], keptFor: null },
});

describe('jobs in words', () => {
  it('names chip and root of trust, and no root where there is none', () => {
    expect(chipAndRoot(job('ra8', 'qdid'), 'Renesas RA8M1')).toBe('Renesas RA8M1 + QDID');
    expect(chipAndRoot(job('esp', 'none'))).toBe('ESP');
    expect(chipAndRoot(job('x', 'another'))).toBe('X + another');
  });

  it('puts what can be made here first, and leaves the order as it was beside that', () => {
    const jobs = ['a', 'b', 'c', 'd'].map((id) => job(id, 'none'));
    const sites = { chipOf: () => '', count: ({ id }: JobView) => ('bd'.includes(id) ? 2 : 0) };
    expect(makeableFirst(jobs, sites).map(({ id }) => id)).toEqual(['b', 'd', 'a', 'c']);
    expect(makeableFirst(jobs, null)).toEqual(jobs);
  });
});
