import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { framedDecoder, type Direction, type FrameDecoder, type Stretch } from '#drivers/core/decoder.ts';
import { espRomDecoder } from '#drivers/protocols/esp-rom/decoder.ts';
import { gdbRemoteDecoder } from '#drivers/protocols/gdb-remote/decoder.ts';
import { nxpBootDecoder } from '#drivers/protocols/nxp-boot/decoder.ts';
import { raBootDecoder, rxBootDecoder } from '#drivers/protocols/ra-boot/decoder.ts';
import { smpDecoder } from '#drivers/protocols/smp/decoder.ts';
import { stm32BootDecoder } from '#drivers/protocols/stm32-boot/decoder.ts';
import { takeAtLine } from '#drivers/targets/cordelia/at/decoder.ts';
import { ateccDecoder } from '#drivers/targets/atecc608/decoder.ts';
import { FaultSet } from '#drivers/virtual/faults.ts';
import type { SocketChip } from '#drivers/virtual/target.ts';
import { loadVirtualTarget } from '#drivers/virtual/targets.ts';
import { IdealClock } from '#drivers/virtual/wire/ideal-clock.ts';
import { bytesOf, cut, readRecording, recordingNames } from './recorded/recording.test-support.ts';

const WHOLE = 1e6;
/** Both programs begin at it; afterwards the line is what the part was told. */
const FIRST_RATE = 115_200;

interface Turn {
  direction: Direction | 'reset' | 'waited' | 'mode-high' | 'mode-low';
  bytes: Uint8Array;
}
interface Recording {
  target: string;
  uid: Uint8Array;
  turns: Turn[];
}
const DIRECTIONS: Readonly<Record<string, Turn['direction']>> = {
  '>': 'sent',
  '<': 'received',
  '!': 'reset',
  '~': 'waited',
  '^': 'mode-high',
  _: 'mode-low',
};
/** A program that waited so long was not answered, ms: no zeros of one burst are so far apart. */
const WAITED = 100;

/** What recorded/record.ts wrote down of the program of that name. */
function recordingOf(name: string): Recording {
  const { head, uid, lines } = readRecording(name);
  const turns = lines.map((line) => {
    const [sign = '', hex = ''] = line.split(' ');
    return { direction: DIRECTIONS[sign] ?? 'sent', bytes: bytesOf(hex) };
  });
  return { target: head.get('target') ?? '', uid, turns };
}

function stretchesOf(decoder: FrameDecoder, turns: readonly Turn[], size: number): Stretch[] {
  const heard = turns.flatMap(({ direction, bytes }) => {
    if (direction !== 'sent' && direction !== 'received') return [];
    return cut(bytes, size).flatMap((piece) => decoder.feed(direction, piece));
  });
  return [...heard, ...decoder.flush('end')];
}

/** What the simulated part says to what the program sent, turn by turn. */
async function replay({ target, uid, turns }: Recording): Promise<string[]> {
  const virtual = await loadVirtualTarget(target);
  let said: Uint8Array[] = [];
  const none = (): void => undefined;
  const chip: SocketChip = virtual.socket({
    ...{
      clock: null,
      ideal: new IdealClock(),
      faults: new FaultSet(virtual.faults),
      acceptForeignKeys: true,
    },
    ...{
      discard: none,
      onRunning: none,
      lineRate: (): number => chip.baudRate || FIRST_RATE,
      usbChanged: none,
    },
    transmit: (bytes) => void said.push(bytes),
  });
  chip.insert(virtual.newPart(uid));
  const answers: string[] = [];
  for (const { direction, bytes } of turns) {
    if (direction === 'sent') chip.receive(bytes);
    else if (direction === 'waited') vi.advanceTimersByTime(WAITED);
    else if (direction === 'mode-high') chip.modePin = 'high';
    else if (direction === 'mode-low') chip.modePin = 'low';
    else if (direction === 'reset') {
      chip.reset();
      said = [];
    } else {
      await vi.waitFor(() => expect(Buffer.concat(said).length).toBeGreaterThanOrEqual(bytes.length), {
        interval: 1,
      });
      answers.push(Buffer.concat(said).toString('hex'));
      said = [];
    }
  }
  return answers;
}

/** A boot ROM's greeting is text. */
const TEXT = /^[\x20-\x7e\r\n]+$/;
/** Zeros, the generic code and the boot code of a hand-shake. */
const HAND_SHAKE = /^[\0U\xc6]+$/;
const RX_HAND_SHAKE = /^[\0U\xc1\xc2]+$/;
const NOTHING = /^$/;

describe.each([
  { name: 'stm32flash', decoder: stm32BootDecoder, apart: TEXT },
  { name: 'gdb-multiarch', decoder: gdbRemoteDecoder, apart: TEXT },
  { name: 'esptool-js', decoder: espRomDecoder, apart: TEXT },
  { name: 'raflash', decoder: raBootDecoder, apart: HAND_SHAKE },
  { name: 'ra8m1-provisioning-tool', decoder: raBootDecoder, apart: HAND_SHAKE },
  { name: 'radfu-ra6m4', decoder: raBootDecoder, apart: HAND_SHAKE },
  { name: 'radfu-ra8m1', decoder: raBootDecoder, apart: HAND_SHAKE },
  { name: 'rxprog', decoder: rxBootDecoder, apart: RX_HAND_SHAKE },
  { name: 'rxprog-rx72t', decoder: rxBootDecoder, apart: RX_HAND_SHAKE },
  { name: 'spsdk', decoder: nxpBootDecoder, apart: NOTHING },
  { name: 'python-mcumgr', decoder: smpDecoder, apart: TEXT },
  { name: 'wurth-sdk', decoder: () => framedDecoder(takeAtLine, []), apart: NOTHING },
  { name: 'eccx08', decoder: ateccDecoder, apart: NOTHING },
])('bytes recorded from $name', ({ name, decoder, apart }) => {
  const recording = recordingOf(name);
  const { turns } = recording;
  const wanted = turns.filter(({ direction }) => direction === 'received');

  afterEach(() => void vi.useRealTimers());

  it('are answered by the simulated part as they were', async () => {
    vi.useFakeTimers({ toFake: ['hrtime'] });
    const answers = await replay(recording);
    expect(answers).toEqual(wanted.map(({ bytes }) => Buffer.from(bytes).toString('hex')));
  });

  it('are whole frames to our parser, however they are cut', () => {
    const whole = stretchesOf(decoder(), turns, WHOLE);
    const waits = turns.filter(({ direction }) => direction === 'waited').length;
    const spoken = turns.filter(({ direction }) => direction === 'sent' || direction === 'received').length;
    // What is repeated after a wait is the same stretch.
    expect(whole.length).toBeGreaterThanOrEqual(spoken - waits);
    const unread = whole
      .filter(({ frame }) => !frame)
      .map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
    expect(unread.filter((text) => !apart.test(text))).toEqual([]);
    expect(whole.filter(({ fault }) => fault)).toEqual([]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (size) => {
        expect(stretchesOf(decoder(), turns, size)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});

describe('every recording', () => {
  it.each(recordingNames())('%s: says who spoke, when, and how it is made again', (name) => {
    const { head } = readRecording(name);
    expect(head.get('program')).toMatch(/^[a-z0-9-]+ \S+ of (Debian|npm|GitHub)/);
    expect(head.get('recorded')).toMatch(/^20\d\d-\d\d-\d\d$/);
    const [script = ''] = head.get('by')?.split(' ') ?? [];
    expect(existsSync(script)).toBe(true);
  });
});
