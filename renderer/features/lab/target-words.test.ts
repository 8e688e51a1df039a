import { describe, expect, it } from 'vitest';
import { lifeSteps, suggestions } from './target-words.ts';

describe('a part on its way', () => {
  const shown = (target: string, now: string) =>
    lifeSteps(target, now).map(({ state, at, final }) => `${state} ${at}${final ? ' for ever' : ''}`);

  it('is between what is behind it and what is ahead', () => {
    expect(shown('ra6m4', 'NSECSD')).toEqual([
      ...['CM behind', 'SSD behind', 'NSECSD here', 'DPL ahead'],
      ...['LCK_DBG ahead for ever', 'LCK_BOOT ahead for ever'],
    ]);
    expect(shown('ra8m1', 'LCK_BOOT')).toEqual(['CM behind', 'OEM behind', 'LCK_BOOT here for ever']);
  });

  it('is alone in a state that is not of the way, and where no way is known', () => {
    expect(shown('ra6m4', 'RMA_REQ')).toEqual(['RMA_REQ here']);
    expect(shown('esp32c3', 'SECURE_BOOT')).toEqual(['SECURE_BOOT here']);
  });

  it('has suggestions in the words of its own family', () => {
    expect(suggestions('stm32f4-swd', 'level')).toEqual(['RDP1']);
    expect(suggestions('smp', 'to')).toEqual(['TEST', 'CONFIRM']);
    expect(suggestions('ra8m1', 'fuse')).toEqual([]);
  });
});
