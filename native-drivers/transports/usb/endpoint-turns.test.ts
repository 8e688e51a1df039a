import { describe, expect, it } from 'vitest';
import { EndpointTurns } from './endpoint-turns.ts';

describe('transfers of one device', () => {
  it('are one at a time on an endpoint, in order, and after one that failed', async () => {
    const turns = new EndpointTurns();
    const happened: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const begin = (name: string, end: Promise<unknown>): Promise<unknown> =>
      turns.take(1, () => {
        happened.push(name);
        return end;
      });
    const failing = begin('first', first.promise);
    const second = begin('second', Promise.resolve('done'));
    await turns.take(0x81, () => Promise.resolve(happened.push('other endpoint')));
    expect(happened).toEqual(['first', 'other endpoint']);
    first.reject(new Error('stalled'));
    await expect(failing).rejects.toThrow('stalled');
    await expect(second).resolves.toBe('done');
    expect(happened).toEqual(['first', 'other endpoint', 'second']);
  });
});
