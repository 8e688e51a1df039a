import { describe, expect, it } from 'vitest';
import type { JournalRow, RunRow } from '#store/api.ts';
import { timelineOf } from './timeline.ts';

const HASH = 'ea78ef16eabb31fdf34f4632571fa95bfe6d91d52c12ca3202c08c89a53f5c6b';
const run = { id: 'r1', attempt: 1 } as RunRow;
const row = (kind: JournalRow['kind'], body: Record<string, unknown>, phase = 'program'): JournalRow => ({
  ...{ sequence: 1, runId: 'r1', phase, kind, irreversible: false, body, at: '2026-11-23T14:52:11.000Z' },
});
const lineOf = (kind: JournalRow['kind'], body: Record<string, unknown>) =>
  timelineOf(run, [row(kind, body)], null)[0]!;

describe('a line of the journal as it reads', () => {
  it('gives numbers their unit, and leaves out what goes without saying', () => {
    const body = { bytes: 327_680, seconds: 1.959684328000003, baudRate: 4_000_000, image: HASH };
    expect(lineOf('evidence', { ...body, measurements: [] }).detail).toBe(
      '327,680 B · in 1.96 s · at 4,000,000 baud',
    );
    expect(lineOf('intent', { operation: 'program', job: HASH, chipUid: '1f7a', image: HASH }).detail).toBe(
      `image ${HASH}`,
    );
  });

  it('says flags in words, and a life cycle by its name', () => {
    const lifecycle = { dlm: 'LCK_BOOT', protection: null, authentication: null };
    const body = { answered: false, disableInitialize: true, lockBoot: true, lifecycle };
    expect(lineOf('evidence', body).detail).toBe(
      'not answered · initialize disabled · boot locked · life cycle LCK_BOOT',
    );
  });

  it('says no rate where a link has none, and a border in the chip’s own names', () => {
    const body = { bytes: 1024, seconds: 1, baudRate: 0, maxBaudRate: 0 };
    expect(lineOf('evidence', body).detail).toBe('1,024 B · in 1.00 s');
    expect(lineOf('evidence', { regions: { CFS1: 8, DFS: 4 } }).detail).toBe('border CFS1 8, DFS 4');
  });

  it('keeps hashes whole, for the screen to shorten and to copy', () => {
    expect(lineOf('evidence', { signature: HASH + HASH }).detail).toBe(`signature ${HASH}${HASH}`);
  });

  it('does not show evidence of a broken limit as fine', () => {
    expect(lineOf('evidence', { reads: 10, failure: 'limit' })).toMatchObject({
      ...{ state: 'failed', title: 'program out of limits', detail: '10 reads' },
    });
  });
});
