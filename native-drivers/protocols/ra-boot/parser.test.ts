import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParserEvent } from './frame.ts';
import { createFrameParser } from './parser.ts';
import { encodeFrame } from './writer.ts';

const payload = fc.uint8Array({ maxLength: 1024 });
const code = fc.integer({ min: 0, max: 255 });

function parseInChunks(
  bytes: Uint8Array,
  cuts: readonly number[],
): { events: ParserEvent[]; discarded: number } {
  const parser = createFrameParser(['data']);
  const events: ParserEvent[] = [];
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  edges.sort((a, b) => a - b);
  for (const [index, from] of edges.entries()) {
    events.push(...parser.feed(bytes.subarray(from, edges[index + 1] ?? bytes.length)));
  }
  events.push(...parser.flush());
  return { events: events.map(plain), discarded: parser.discarded };
}

function plain(event: ParserEvent): ParserEvent {
  if (event.type !== 'frame') return event;
  return { type: 'frame', frame: { ...event.frame, payload: Uint8Array.from(event.frame.payload) } };
}

describe('frame parser', () => {
  it('reads back what the writer wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(code, payload), { maxLength: 4 }), fc.array(fc.nat()), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(([number, data]) => encodeFrame('data', number, data)));
        const { events, discarded } = parseInChunks(bytes, cuts);
        expect(discarded).toBe(0);
        expect(events).toEqual(
          frames.map(([number, data]) => ({
            type: 'frame',
            frame: { kind: 'data', code: number, payload: Uint8Array.from(data) },
          })),
        );
      }),
    );
  });

  it('gives one result for any chunking of any bytes', () => {
    const noisy = fc
      .array(
        fc.oneof(
          fc.uint8Array({ maxLength: 8 }),
          payload.map((data) => encodeFrame('data', 0x15, data)),
        ),
      )
      .map((parts) => new Uint8Array(Buffer.concat(parts)));
    fc.assert(
      fc.property(noisy, fc.array(fc.nat()), (bytes, cuts) => {
        expect(parseInChunks(bytes, cuts)).toEqual(parseInChunks(bytes, []));
      }),
    );
  });

  it('accounts for every byte: in a frame or discarded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { events, discarded } = parseInChunks(bytes, []);
        const framed = events.reduce(
          (sum, event) => sum + (event.type === 'frame' ? event.frame.payload.length + 6 : 0),
          0,
        );
        expect(framed + discarded).toBe(bytes.length);
      }),
    );
  });

  it('skips garbage before a frame and counts it', () => {
    const frame = encodeFrame('data', 0x13, Uint8Array.of(0));
    const { events, discarded } = parseInChunks(Buffer.concat([Buffer.from('00ff03c6', 'hex'), frame]), []);
    expect(events).toHaveLength(1);
    expect(discarded).toBe(4);
  });

  it('types a wrong checksum and goes on with the next frame', () => {
    const bad = Buffer.from(encodeFrame('data', 0x3a, Uint8Array.of(1, 2, 3)));
    bad[4] = 9;
    const good = encodeFrame('data', 0x13, Uint8Array.of(0));
    const { events } = parseInChunks(Buffer.concat([bad, good]), []);
    expect(events[0]).toEqual({ type: 'bad-checksum', code: 0x3a, discarded: bad.length });
    expect(events[1]?.type).toBe('frame');
  });

  it('finds the frame behind a stray start byte once nothing more comes', () => {
    const parser = createFrameParser(['data']);
    const frame = encodeFrame('data', 0x13, Uint8Array.of(0));
    expect(parser.feed(Buffer.concat([Buffer.of(0x81, 0x00), frame]))).toEqual([]);
    expect(parser.flush()).toHaveLength(1);
    expect(parser.discarded).toBe(2);
  });
});
