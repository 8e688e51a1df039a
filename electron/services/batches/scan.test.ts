import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchRepository, UnitRepository } from '#store/api.ts';
import { resolveScan, type ScanParts } from './scan.ts';

const device = 'ab'.repeat(32);
const uid = '2d419c07'.repeat(4);
const batchId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
// Look-ups alone: the texts are what is tested, the store has tests of its own.
const units = {
  get: (id: string) =>
    Promise.resolve(id === device || id === `uid:${uid}` ? { unit: { id }, runs: [] } : null),
} as unknown as UnitRepository;
const batches = {
  get: (id: string) => Promise.resolve(id === batchId ? { id } : null),
} as unknown as BatchRepository;
const parts: ScanParts = {
  store: { units, batches },
  hasJob: (id) => id === 'TH4',
  hasSite: (id) => id === 'A1',
};

describe('resolveScan', () => {
  it.each([
    ['RL1;J=TH4;L=26-11-0417;Q=8', { kind: 'traveller', jobId: 'TH4', lot: '26-11-0417', quantity: 8 }],
    [device.toUpperCase(), { kind: 'unit', unitId: device }],
    [uid, { kind: 'unit', unitId: `uid:${uid}` }],
    [uid.replace(/(..)/g, '$1 '), { kind: 'unit', unitId: `uid:${uid}` }],
    [batchId, { kind: 'batch', batchId }],
    ['A1', { kind: 'site', site: 'A1' }],
    ['TH4', { kind: 'job', jobId: 'TH4' }],
    ['BADGE-114-MARA', { kind: 'badge' }],
    [
      'RLJ1;U=https://cloud.example:8443;C=ABCD-EFGH-IJKL-MNOP;F=0123456789abcdef',
      {
        kind: 'invitation',
        url: 'https://cloud.example:8443',
        code: 'ABCD-EFGH-IJKL-MNOP',
        fingerprint: '0123456789abcdef',
      },
    ],
    ['RLQ1:0123456789ABCDEF/1/3:ABC:', { kind: 'courier-frame', text: 'RLQ1:0123456789ABCDEF/1/3:ABC:' }],
  ])('understands %s', async (text, meaning) => {
    expect(await resolveScan(parts, text)).toMatchObject(meaning);
  });

  it.each([
    'RL1;J=OTHER;L=1;Q=8',
    'RL1;J=TH4;L=1;Q=0',
    'RLJ1;U=http://x;C=A;F=1',
    'cd'.repeat(32),
    'B9',
    'hello',
  ])('refuses %s politely', async (text) => {
    const meaning = await resolveScan(parts, text);
    expect(meaning.kind).toBe('unknown');
    expect(meaning.kind === 'unknown' && meaning.message).toMatch(/^[A-Z].*\.$/);
  });

  it('never throws, and never repeats a badge', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        await resolveScan(parts, text);
        expect(JSON.stringify(await resolveScan(parts, `BADGE-${text}`))).toBe('{"kind":"badge"}');
      }),
    );
  });
});
