import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainDecoder, type FrameDecoder } from '../core/decoder.ts';
import type { WireEntry } from '../core/host-api.ts';
import { COMMAND } from '../protocols/ra-boot/constants.ts';
import { raBootDecoder } from '../protocols/ra-boot/decoder.ts';
import { encodeFrame } from '../protocols/ra-boot/writer.ts';
import { cmsisDapDecoder } from '../protocols/cmsis-dap/decoder.ts';
import { transferPackets, writeBlock } from '../protocols/cmsis-dap/packets.ts';
import { dfuDecoder, dfuseDecoder } from '../protocols/dfu/decoder.ts';
import { ra8Decoder } from '../targets/ra8/decoder.ts';
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

const decoders = fc.constantFrom(raBootDecoder, ra8Decoder, plainDecoder);
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });

/** Titles too: whatever a screen shows. */
const seen = (entries: readonly WireEntry[]): string =>
  entries
    .map(({ hex, title, detail }) => `${hex} ${title} ${detail}`)
    .join('\n')
    .toLowerCase();

describe('a key on the wire', () => {
  it.each([
    ['set-user-key', COMMAND.userKeySet],
    ['move-lifecycle', COMMAND.authenticate],
    ['inject-key', COMMAND.keySet],
  ] as const)(
    'of %s is in no entry, in any split, with an echo, with and without a decoder',
    (operation, code) => {
      fc.assert(
        fc.property(sizes, sizes, decoders, fc.boolean(), (out, back, decoder, late) => {
          const key = randomBytes(32);
          const { wire, entries } = recorder(decoder);
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
          expect(entries.length).toBeGreaterThan(0);
          for (const trace of traces(key)) expect(seen(entries)).not.toContain(trace);
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

  it.each([
    ['without a decoder', plainDecoder],
    ['DFU 1.1', dfuDecoder],
    ['DfuSe', dfuseDecoder],
    ['CMSIS-DAP', cmsisDapDecoder],
  ])('over USB is in no entry: %s', (_name, decoder) => {
    const operations = fc.constantFrom('set-user-key', 'inject-key', 'burn', 'move-lifecycle' as const);
    fc.assert(
      fc.property(operations, fc.nat(7), fc.nat(3), (operation, request, value) => {
        const key = randomBytes(32);
        const words = Uint32Array.from({ length: 8 }, (_, index) => key.readUInt32LE(index * 4));
        const writes = [...words].map((one) => ({ port: 'ap' as const, register: 12, value: one }));
        const { wire, entries } = recorder(decoder);
        wire.watch(true);
        wire.begin(operation);
        for (const requestType of [0x21, 0xa1, 0x40]) {
          const setup = { requestType, request, value, index: 0, length: key.length };
          for (const data of [key, Buffer.concat([Uint8Array.of(0x21), key.subarray(0, 4)])])
            for (const direction of ['sent', 'received'] as const)
              wire.control({ setup, direction, data, outcome: 'ok' });
        }
        for (const bytes of [
          key,
          writeBlock(12, words),
          ...transferPackets(writes, 64).map((one) => one.bytes),
        ]) {
          wire.sent(bytes);
          wire.received(bytes, false);
        }
        wire.watch(false);
        expect(entries.length).toBeGreaterThan(12);
        expect(entries.every(({ redacted }) => redacted)).toBe(true);
        for (const trace of traces(key)) expect(seen(entries)).not.toContain(trace);
        for (const word of words) expect(seen(entries)).not.toContain(word.toString(16).padStart(8, '0'));
      }),
    );
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

  it('says what nobody listened to, and does not mix it with what an operation heard', () => {
    const { wire, entries } = recorder(raBootDecoder);
    wire.watch(true);
    wire.received(Uint8Array.of(0xc6));
    wire.received(Uint8Array.of(0xc7), false);
    wire.received(encodeFrame('data', COMMAND.write, Uint8Array.of(0)), false);
    wire.received(Uint8Array.of(0xc8));
    wire.watch(false);
    expect(entries.map(({ hex, detail }) => `${hex} ${detail}`)).toEqual([
      'c6 ',
      'c7 nobody listened',
      '8100021300eb03 nobody listened; 00 ok',
      'c8 ',
    ]);
  });

  it('cuts a run of bytes at a control transfer', () => {
    const { wire, entries } = recorder(plainDecoder);
    const setup = { requestType: 0x40, request: 9, value: 1, index: 2, length: 0 };
    wire.watch(true);
    wire.sent(Uint8Array.of(1));
    wire.control({ setup, direction: 'sent', data: new Uint8Array(0), outcome: 'ok' });
    wire.control({ setup, direction: 'received', data: new Uint8Array(0), outcome: 'stalled' });
    wire.sent(Uint8Array.of(2));
    wire.watch(false);
    expect(entries.map(({ direction, title, hex }) => `${direction} ${title} ${hex}`)).toEqual([
      'sent 1 B 01',
      'sent Out vendor request 09 4009010002000000',
      'received Stalled ',
      'sent 1 B 02',
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
