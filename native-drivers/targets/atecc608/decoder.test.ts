import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandPacket, slotAddress } from '#drivers/protocols/atecc/packet.ts';
import { ateccDecoder } from './decoder.ts';

const line = (text: string): Buffer => Buffer.from(`${text}\n`, 'latin1');
const talk = (...command: Parameters<typeof commandPacket>): Buffer =>
  line(
    `E:t(${Buffer.from(commandPacket(...command))
      .toString('hex')
      .toUpperCase()})`,
  );

it('says what goes by in words', () => {
  const decoder = ateccDecoder();
  const sent = [...decoder.feed('sent', line('E:w()')), ...decoder.feed('sent', talk({ op: 0x30 }))];
  expect(sent.map(({ title, secret, frame }) => [title, secret, frame])).toEqual([
    ['E:w', 'none', true],
    ['Command 30 info', 'none', true],
  ]);
  const received = decoder.feed('received', line('00(07000060028038)'));
  expect(received).toMatchObject([{ title: '00', detail: '4 B', fault: false }]);
  expect(decoder.feed('received', line('00(040F2342)'))[0]?.detail).toMatch(/refuses/);
  expect(decoder.feed('received', line('00(040F2343)'))).toMatchObject([{ fault: true }]);
});

it('blanks a key that is written in clear, however the line is cut, and nothing else', () => {
  const key = randomBytes(32);
  const write = (slot: number, p1: number): Buffer =>
    talk({ op: 0x12, p1, p2: slotAddress(slot, 0), data: key });
  fc.assert(
    fc.property(fc.nat(90), (cut) => {
      const bytes = write(4, 0x82);
      const decoder = ateccDecoder();
      const [found] = [
        ...decoder.feed('sent', bytes.subarray(0, cut)),
        ...decoder.feed('sent', bytes.subarray(cut)),
      ];
      const [[from, to]] = found?.secret as [[number, number]];
      const shown = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]).toString('latin1');
      expect(bytes.subarray(from, from + 64).toString('latin1')).toBe(key.toString('hex').toUpperCase());
      expect(shown).toBe('E:t(271282 2000)'.replace(' ', '').slice(0, 14) + ')\n');
    }),
  );
  expect(ateccDecoder().feed('sent', write(8, 0x82))).toMatchObject([{ secret: 'none' }]);
  expect(ateccDecoder().feed('sent', write(5, 0xc2))).toMatchObject([{ secret: 'none' }]);
});
