import { expect, it } from 'vitest';
import { keptKeyBody } from './kept-key.ts';

const output = { score: 0, deviceId: 'ab'.repeat(32), helperDataHash: '' };
const keepFor = { recipient: new Uint8Array(), batch: 'b' };
const kept = { recipient: 'cd'.repeat(32), enc: Uint8Array.of(4, 1), ct: Uint8Array.of(2) };

it('the sealed key is evidence, in the form of a record', () => {
  expect(keptKeyBody({ keepFor }, { ...output, kept })).toEqual({
    keptKey: { form: 'rootline-kept-key/1', recipient: kept.recipient, enc: 'BAE=', ct: 'Ag==' },
  });
});

it('a driver that gives none where the job wants one fails the run: such a unit would pass without its key', () => {
  expect(() => keptKeyBody({ keepFor }, output)).toThrow(
    expect.objectContaining({ code: 'unsupported', chip: 'not-locked' }),
  );
});

it('what the job did not ask for is not written down', () => {
  expect(keptKeyBody({}, { ...output, kept })).toEqual({});
});
