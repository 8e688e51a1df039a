import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseStatus } from '#drivers/protocols/dfu/status.ts';
import { FaultSet } from '../faults.ts';
import type { SocketChip, VirtualTarget } from '../target.ts';
import { IdealClock } from '../wire/ideal-clock.ts';
import { dfu, dfu11 } from './target.ts';

/** Bytes of the serial number that the part bore when dfu-util was recorded. */
const UID = Uint8Array.of(0x35, 0x4b, 0x38, 0x6a, 0x31, 0x33);
const GET_STATUS = 'a103';
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex') || '-';
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

function socketOf(target: VirtualTarget): SocketChip {
  const none = (): void => undefined;
  const chip = target.socket({
    ...{ clock: null, ideal: new IdealClock(), faults: new FaultSet(), acceptForeignKeys: true },
    ...{ transmit: none, discard: none, onRunning: none, lineRate: () => 0, usbChanged: none },
  });
  chip.insert(target.newPart(UID));
  return chip;
}

/** What the part says to one recorded line; the line itself where it says the same. */
async function replayed(chip: SocketChip, line: string): Promise<string> {
  const [first = '', second = ''] = line.split(' ');
  if (first === 'enumerates') {
    // A part that changes itself does so after its answer.
    await new Promise((resolve) => setImmediate(resolve));
    return `enumerates ${hex(chip.usb?.descriptors.device ?? new Uint8Array(0))}`;
  }
  if (first === 'reset') {
    chip.usb?.reset();
    return line;
  }
  const answer = await chip.usb?.control(
    bytesOf(first),
    second === '-' ? new Uint8Array(0) : bytesOf(second),
  );
  return `${first} ${second} ${typeof answer === 'object' ? hex(answer) : 'stall'}`;
}

const recorded = (name: string): string[] =>
  readFileSync(new URL(`${name}.fixture.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n');

describe.each([
  ['dfu-util-stm32f4', dfu],
  ['dfu-util-dfu11', dfu11],
] as const)('what dfu-util 0.11 sent, recorded in %s', (name, target) => {
  it('is answered byte for byte as then', async () => {
    const chip = socketOf(target);
    const said: string[] = [];
    for (const line of recorded(name)) said.push(await replayed(chip, line));
    expect(said).toEqual(recorded(name));
  });

  it('leaves no status that the parser does not read', () => {
    const answers = recorded(name).filter((line) => line.startsWith(GET_STATUS));
    const states = answers.map((line) => parseStatus(bytesOf(line.split(' ')[2] ?? '')).state);
    expect(new Set(states).size).toBeGreaterThan(3);
    expect(states.every((state) => state <= 10)).toBe(true);
  });
});

describe('a part that dfu-util has written', () => {
  it('holds its bytes over the border of two sectors', async () => {
    const chip = socketOf(dfu);
    for (const line of recorded('dfu-util-stm32f4').slice(0, 20)) await replayed(chip, line);
    await replayed(chip, '2106000000000000 - -');
    const setAddress = '2101000000000500 21003f0008 -';
    for (const line of [setAddress, 'a103000000000600 - x', 'a103000000000600 - x', '2106000000000000 - -'])
      await replayed(chip, line);
    const read = await replayed(chip, 'a102020000000008 - x');
    const expected = Uint8Array.from({ length: 2048 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
    expect(read).toBe(`a102020000000008 - ${hex(expected)}`);
  });
});
