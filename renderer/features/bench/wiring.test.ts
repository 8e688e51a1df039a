import { describe, expect, it } from 'vitest';
import { controlOf, WIRINGS } from './wiring.ts';

const board = { path: '/dev/ttyUSB3', reset: '1', mode: '2' };

describe('what drives reset and mode', () => {
  it.each(WIRINGS.map(({ id }) => id))('%s is something that the station takes', (id) => {
    expect(controlOf(id, board)?.kind).toBe(
      id === 'relay' || id === 'gpio' ? 'relay' : id === 'operator' ? 'operator' : 'modem-lines',
    );
  });
  it.each([
    ['no board', { ...board, path: '' }],
    ['one channel for both', { ...board, mode: '1' }],
    ['channel 0', { ...board, reset: '0' }],
    ['a channel that is no number', { ...board, mode: '2a' }],
    ['a channel that no board has', { ...board, mode: '65' }],
  ])('a relay board with %s is not complete', (_what, relay) => {
    expect(controlOf('relay', relay)).toBeNull();
  });
  it('counts the pins of a GPIO board as they are printed, from 0', () => {
    const pins = { ...board, reset: '0', mode: '31' };
    expect(controlOf('gpio', pins)).toEqual({
      ...{ kind: 'relay', board: 'gpio', path: board.path, reset: 0, mode: 31 },
    });
    expect(controlOf('gpio', { ...pins, mode: '32' })).toBeNull();
  });
});
