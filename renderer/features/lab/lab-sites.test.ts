import { describe, expect, it } from 'vitest';
import { siteState } from '#contract/sites.ts';
import { isFree, placeWords, takenWords } from './lab-sites.ts';

describe('a site for the lab', () => {
  it('is free where production holds nothing, and says why not elsewhere', () => {
    const free = siteState.options.filter((state) => isFree({ lab: false, state }));
    expect(free).toEqual(['empty', 'ready']);
    const words = siteState.options.filter((state) => takenWords({ lab: false, state }) !== '');
    expect(words).toEqual(['offline', 'running', 'passed', 'failed', 'unknown']);
  });

  it('stays open to whoever comes back to it, in whatever state', () => {
    expect(siteState.options.every((state) => isFree({ lab: true, state }))).toBe(true);
    expect(placeWords({ lab: true, state: 'ready' })).toBe('In the lab · A part is in');
  });
});
