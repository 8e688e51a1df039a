import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { ACK, COMMAND } from './constants.ts';
import {
  blockWords,
  parseBlock,
  parseTransfer,
  readBlock,
  transferPackets,
  writeBlock,
  type Access,
} from './packets.ts';

const registers = fc.constantFrom(0, 4, 8, 12);
const word = fc.integer({ min: 0, max: 0xffffffff });
const access: fc.Arbitrary<Access> = fc.oneof(
  fc.record({ port: fc.constantFrom('dp', 'ap'), register: registers }),
  fc.record({ port: fc.constantFrom('dp', 'ap'), register: registers, value: word }),
  fc.record({
    port: fc.constantFrom('dp', 'ap'),
    register: registers,
    value: word,
    match: fc.constant(true),
  }),
);
const sizes = fc.constantFrom(64, 512, 1024);

/** What a probe would make of a DAP_Transfer (CMSIS-DAP 2.1), by its own reading of the bytes. */
function accessesIn(bytes: Uint8Array): Access[] {
  const view = Buffer.from(bytes);
  const found: Access[] = [];
  let at = 3;
  for (let left = view.readUInt8(2); left > 0; left -= 1) {
    const request = view.readUInt8(at++);
    const read = (request & 2) !== 0;
    const match = (request & 0x10) !== 0;
    const head = { port: (request & 1) === 0 ? 'dp' : 'ap', register: request & 12 } as const;
    if (read && !match) found.push(head);
    else {
      found.push({ ...head, value: view.readUInt32LE(at), ...(match ? { match } : {}) });
      at += 4;
    }
  }
  expect(at).toBe(bytes.length);
  return found;
}

describe('packets of CMSIS-DAP', () => {
  it('carry every access once, in order, and neither way is longer than a packet', () => {
    fc.assert(
      fc.property(fc.array(access, { maxLength: 600 }), sizes, (accesses, size) => {
        const packets = transferPackets(accesses, size);
        expect(packets.flatMap(({ bytes }) => accessesIn(bytes))).toEqual(accesses);
        for (const { bytes, accesses: inside } of packets) {
          expect(bytes.length).toBeLessThanOrEqual(size);
          const reads = inside.filter(({ value }) => value === undefined).length;
          expect(3 + reads * 4).toBeLessThanOrEqual(size);
        }
      }),
    );
  });

  it('give back the words of an answer, whole or as far as it came', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 15 }), fc.nat(), (words, cut) => {
        const accesses = words.map((): Access => ({ port: 'ap', register: 12 }));
        const [packet] = transferPackets(accesses, 64);
        if (packet === undefined) throw new Error('no packet');
        const done = cut % (words.length + 1);
        const answer = Buffer.alloc(3 + done * 4);
        const ack = done === words.length ? ACK.ok : ACK.fault;
        answer.set([COMMAND.transfer, done, ack]);
        for (let index = 0; index < done; index += 1) answer.writeUInt32LE(words[index] ?? 0, 3 + index * 4);
        expect(parseTransfer(answer, packet)).toEqual({ done, ack, words: words.slice(0, done) });
      }),
    );
  });

  it('fill a packet with a block and no more', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const words = new Uint32Array(blockWords(size)).fill(0xdeadbeef);
        const bytes = writeBlock(12, words);
        expect(bytes.length).toBeLessThanOrEqual(size);
        expect(size - bytes.length).toBeLessThan(4);
        expect([...bytes.subarray(5, 9)]).toEqual([0xef, 0xbe, 0xad, 0xde]);
        expect([...readBlock(12, words.length).subarray(2)]).toEqual([
          words.length & 255,
          words.length >> 8,
          15,
        ]);
      }),
    );
  });

  it('of garbage are refused by a typed error or read as what they say, and nothing else ever', () => {
    const [packet] = transferPackets(
      [
        { port: 'ap', register: 12 },
        { port: 'dp', register: 4 },
      ],
      64,
    );
    if (packet === undefined) throw new Error('no packet');
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.of(COMMAND.transfer, ...bytes)),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.of(COMMAND.transferBlock, ...bytes)),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        for (const parse of [() => parseTransfer(bytes, packet), () => parseBlock(bytes, 3, true)]) {
          try {
            const { done, words } = parse();
            expect(words.length).toBeLessThanOrEqual(done);
          } catch (error) {
            if (!(error instanceof DriverError)) throw error;
            expect(error.code).toBe('bad-frame');
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
