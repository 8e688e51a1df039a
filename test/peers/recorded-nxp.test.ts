import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACKET } from '#drivers/protocols/nxp-boot/constants.ts';
import { commandFrame, framePacket, parseCommand, shortPacket } from '#drivers/protocols/nxp-boot/frame.ts';
import { NxpParser, type NxpEvent } from '#drivers/protocols/nxp-boot/parser.ts';
import { cut, oneWay, readRecording } from './recorded/recording.test-support.ts';

const recording = readRecording('spsdk');
const said = (sign: '>' | '<'): Buffer => oneWay(recording, sign);

function heard(bytes: Uint8Array, size: number): { events: NxpEvent[]; discarded: number } {
  const parser = new NxpParser();
  const events = cut(bytes, size).flatMap((piece) => parser.push(piece));
  parser.reset();
  return { events, discarded: parser.discarded };
}

/** The packet as this project sends it. */
function madeByUs(event: NxpEvent): Uint8Array {
  if (event.type === 'data') return framePacket(PACKET.data, event.payload);
  if (event.type !== 'command')
    return event.type === 'ack' || event.type === 'ping' ? shortPacket(PACKET[event.type]) : Buffer.alloc(0);
  const command = parseCommand(event.payload);
  return command === null ? Buffer.alloc(0) : commandFrame(command);
}

describe('what SPSDK and a simulated LPC55S69 said to each other', () => {
  it.each([
    { of: 'the program', bytes: said('>') },
    { of: 'the part', bytes: said('<') },
  ])('$of: packets with good checksums and nothing else to our parser, however they are cut', ({ bytes }) => {
    const whole = heard(bytes, bytes.length);
    expect(whole.discarded).toBe(0);
    expect(whole.events.filter(({ type }) => type === 'broken')).toEqual([]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), (size) => {
        expect(heard(bytes, size)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('is what our own frames are, to the byte', () => {
    const bytes = said('>');
    expect(Buffer.concat(heard(bytes, bytes.length).events.map(madeByUs)).equals(bytes)).toBe(true);
  });

  it('has a data phase that the part broke off, and all seven key operations', () => {
    expect(heard(said('<'), 512).events.map(({ type }) => type)).toContain('abort');
    const operations = heard(said('>'), 512).events.flatMap((event) => {
      const command = event.type === 'command' ? parseCommand(event.payload) : null;
      return command?.tag === 0x15 ? [command.parameters[0]] : [];
    });
    expect([...new Set(operations)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
