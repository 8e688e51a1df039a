import { describe, expect, it } from 'vitest';
import { REQUEST } from '#drivers/protocols/dfu/constants.ts';
import { parseStatus } from '#drivers/protocols/dfu/status.ts';
import { DfuPart } from '#drivers/virtual/dfu/part.ts';
import { PlainDfuPart } from '#drivers/virtual/dfu/plain-part.ts';
import type { SocketChip } from '#drivers/virtual/target.ts';
import { loadVirtualTarget } from '#drivers/virtual/targets.ts';
import { bytesOf, exchanges, readRecording, type Recording } from './recorded/recording.test-support.ts';
import { hexOf, unpacedSocket } from './recorded/usb-tap.ts';

const NEVER = new AbortController().signal;
/** Packets of the recorded probe. */
const PACKET_BYTES = 512;

async function freshChip({ head, uid }: Recording): Promise<SocketChip> {
  const virtual = await loadVirtualTarget(head.get('target') ?? '');
  const chip = unpacedSocket(virtual);
  chip.insert(virtual.newPart(uid));
  return chip;
}

/** Does to the device what each line says was done to it; the lines as they come out now. */
async function replay(chip: SocketChip, lines: readonly string[]): Promise<string[]> {
  const heard: string[] = [];
  let answer = '';
  for (const line of lines) {
    const [sign = '', first = '', second = ''] = line.split(' ');
    const endpoint = Number(sign.slice(1));
    // A part that changes itself does so after its answer.
    if (sign === '+') await new Promise((resolve) => setImmediate(resolve));
    const device = chip.usb;
    if (device === undefined || device === null) throw new Error(`no device on the bus at ${line}`);
    if (sign === '+') heard.push(`+ ${hexOf(device.descriptors.device)}`);
    else if (sign === '<0') heard.push(`<0 ${answer}`);
    else if (sign.startsWith('<'))
      heard.push(`${sign} ${said(await device.read(endpoint, PACKET_BYTES, NEVER))}`);
    else heard.push(line);
    if (sign === '>0') answer = said(await device.control(bytesOf(first), bytesOf(second)));
    else if (sign.startsWith('>')) await device.write(endpoint, bytesOf(first));
    else if (sign === '!') device.reset();
  }
  return heard;
}
const said = (answer: Uint8Array | 'stall'): string => (answer === 'stall' ? answer : hexOf(answer));

describe.each(['openocd-cmsis-dap', 'dfu-util-stm32f4', 'dfu-util-dfu11'])('the recording %s', (name) => {
  it('is answered by a fresh part as it was, to the byte', async () => {
    const recording = readRecording(name);
    const chip = await freshChip(recording);
    expect(await replay(chip, recording.lines)).toEqual(recording.lines);
  });
});

describe('the part that dfu-util wrote to', () => {
  const contents = (chip: SocketChip, length: number): Uint8Array => {
    const { part } = chip;
    if (part instanceof DfuPart) return part.read(0x08000000, length) ?? new Uint8Array(0);
    return part instanceof PlainDfuPart ? part.flash.read(0, length) : new Uint8Array(0);
  };

  it.each([
    ['dfu-util-stm32f4', { running: 'firmware', dlm: 'RDP0' }],
    ['dfu-util-dfu11', { running: 'boot-rom', dlm: null }],
  ])('%s: holds its image', async (name, state) => {
    const recording = readRecording(name);
    const chip = await freshChip(recording);
    await replay(chip, recording.lines);
    await new Promise((resolve) => setImmediate(resolve));
    const image = bytesOf(recording.head.get('image') ?? '');
    expect(hexOf(contents(chip, image.length))).toBe(hexOf(image));
    expect({ running: chip.running, dlm: chip.lifecycle().dlm }).toEqual(state);
  });

  it('is level 1 for as long as it refuses', async () => {
    const recording = readRecording('dfu-util-stm32f4');
    const chip = await freshChip(recording);
    const refused = recording.lines.findIndex((line) => line.startsWith('<0 0b'));
    await replay(chip, recording.lines.slice(0, refused));
    expect(chip.lifecycle().dlm).toBe('RDP1');
  });
});

describe('requests of dfu-util', () => {
  it.each(['dfu-util-stm32f4', 'dfu-util-dfu11'])(
    '%s: are those of our client, their statuses ones it reads',
    (name) => {
      const all = exchanges(readRecording(name));
      const known: readonly number[] = Object.values(REQUEST);
      expect(all.filter(({ sent: [setup] }) => !known.includes(setup?.[1] ?? -1))).toEqual([]);
      const states = all
        .filter(({ sent: [setup] }) => setup?.[1] === REQUEST.getStatus)
        .map(({ answer }) => parseStatus(answer).state);
      expect(new Set(states).size).toBeGreaterThan(3);
      expect(Math.max(...states)).toBeLessThanOrEqual(10);
    },
  );
});
