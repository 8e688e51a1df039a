import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainDecoder, type FrameDecoder } from '../core/decoder.ts';
import type { WireEntry } from '../core/host-api.ts';
import { COMMAND } from '../protocols/ra-boot/constants.ts';
import { raBootDecoder } from '../protocols/ra-boot/decoder.ts';
import { encodeFrame } from '../protocols/ra-boot/writer.ts';
import { WireRecorder } from './wire-recorder.ts';

function recorder(decoder: () => FrameDecoder) {
  const entries: WireEntry[] = [];
  let dropped = 0;
  const wire = new WireRecorder(decoder, (more, lost) => {
    entries.push(...more);
    dropped += lost;
  });
  return { wire, entries, lost: () => dropped };
}

/** Pieces of at most this many bytes, as a driver or an adapter may hand them over. */
function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

/** Every run of four bytes of the key, as hex: none may be seen. */
const traces = (key: Uint8Array): string[] =>
  Array.from({ length: key.length - 3 }, (_, at) => Buffer.from(key.subarray(at, at + 4)).toString('hex'));

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });

describe('a key on the wire', () => {
  it.each([
    ['set-user-key', COMMAND.userKeySet],
    ['move-lifecycle', COMMAND.authenticate],
    ['inject-key', COMMAND.keySet],
  ] as const)(
    'of %s is in no entry, in any split, with an echo, with and without a decoder',
    (operation, code) => {
      fc.assert(
        fc.property(sizes, sizes, fc.boolean(), fc.boolean(), (out, back, decoded, late) => {
          const key = randomBytes(32);
          const { wire, entries } = recorder(decoded ? raBootDecoder : plainDecoder);
          if (!late) wire.watch(true);
          wire.begin(operation);
          const frame = encodeFrame('data', code, Buffer.concat([randomBytes(4), key]));
          const halves = pieces(frame, out);
          halves.forEach((piece, turn) => {
            // Watched from the middle of a frame on: its rest explains itself to nobody.
            if (late && turn === Math.floor(halves.length / 2)) wire.watch(true);
            wire.sent(piece);
          });
          for (const piece of pieces(frame, back)) wire.received(piece);
          wire.watch(false);
          const seen = entries
            .map(({ hex, title, detail }) => `${hex} ${title} ${detail}`)
            .join('\n')
            .toLowerCase();
          expect(entries.length).toBeGreaterThan(0);
          for (const trace of traces(key)) expect(seen).not.toContain(trace);
          expect(entries.some(({ redacted }) => redacted)).toBe(true);
        }),
      );
    },
  );

  it('of an operation that its decoder does not know is blanked with all of its frames', () => {
    const { wire, entries } = recorder(raBootDecoder);
    wire.watch(true);
    wire.begin('burn');
    wire.sent(encodeFrame('command', COMMAND.parameterSet, Uint8Array.of(1, 2, 3, 4)));
    wire.watch(false);
    expect(entries).toMatchObject([{ hex: '··'.repeat(10), redacted: true, detail: '' }]);
  });

  it('leaves what is no key readable: the command before it, and the operation after it', () => {
    const { wire, entries } = recorder(raBootDecoder);
    wire.watch(true);
    wire.begin('set-user-key');
    wire.sent(encodeFrame('command', COMMAND.userKeySet, Uint8Array.of(3)));
    wire.begin('read-state');
    wire.received(Uint8Array.of(0xc6));
    wire.watch(false);
    expect(entries.map(({ title, hex, redacted }) => ({ title, hex, redacted }))).toEqual([
      { title: 'Command 2A userKeySet', hex: '0100022a03d103', redacted: false },
      { title: '1 B', hex: 'c6', redacted: false },
    ]);
  });
});

describe('the log of a wire', () => {
  it('says nothing while nobody watches, and counts what a batch has no room for', () => {
    const { wire, entries, lost } = recorder(raBootDecoder);
    wire.sent(Uint8Array.of(1, 2, 3));
    wire.watch(true);
    for (let count = 0; count < 600; count += 1)
      wire.sent(encodeFrame('command', COMMAND.inquiry, new Uint8Array(0)));
    wire.watch(false);
    expect(entries).toHaveLength(500);
    expect(lost()).toBe(100);
  });

  it('cuts a run of bytes where the direction changes, and where nothing came for a while', async () => {
    const { wire, entries } = recorder(plainDecoder);
    wire.watch(true);
    wire.sent(Uint8Array.of(1));
    wire.sent(Uint8Array.of(2));
    wire.received(Uint8Array.of(3));
    await expect.poll(() => entries.length).toBe(2);
    wire.received(Uint8Array.of(4));
    wire.watch(false);
    expect(entries.map(({ direction, hex }) => `${direction} ${hex}`)).toEqual([
      'sent 0102',
      'received 03',
      'received 04',
    ]);
  });

  it('shows 256 bytes of a long frame and says how many there were', () => {
    const { wire, entries } = recorder(raBootDecoder);
    wire.watch(true);
    wire.sent(encodeFrame('data', COMMAND.write, new Uint8Array(1024)));
    wire.watch(false);
    expect(entries).toMatchObject([{ bytes: 1030 }]);
    expect(entries[0]?.hex).toHaveLength(512);
  });
});
