import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import jsqr from 'jsqr';
import { beforeAll, expect, it } from 'vitest';
import {
  cloudInbox,
  collect,
  newWorld,
  noisyLines,
  upward,
  withFolder,
  type CourierWorld,
} from './courier-fixtures.ts';
import { FrameCollector, frameSvg, MAX_QR_BYTES, sealForQr, toFrames } from './qr.ts';

let world: CourierWorld;
beforeAll(async () => {
  world = await newWorld();
});

/** Draws the SVG as a screen would and reads it as a camera would. */
function readByCamera(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+) \d+"/.exec(svg)?.[1]);
  // Version 20 has 97 modules; with four of quiet zone on each side and four pixels each.
  expect(size).toBeLessThanOrEqual((97 + 8) * 4);
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [, x, y, width, height] of svg.matchAll(/M(\d+),(\d+)h(\d+)v(\d+)h-\d+z/g))
    for (let row = Number(y); row < Number(y) + Number(height); row++)
      for (let column = Number(x); column < Number(x) + Number(width); column++)
        pixels.fill(0, (row * size + column) * 4, (row * size + column) * 4 + 3);
  return jsqr.default(pixels, size, size)?.data;
}

it('an order of 20 KB goes from codes on a screen through a camera into the inbox', () =>
  withFolder(async (folder) => {
    const lines = noisyLines(250);
    const part = await sealForQr(upward(world), { framing: 'lines', lines }, world.up);
    expect(part.bytes.length).toBeGreaterThan(15_000);
    const frames = toFrames(part.bytes);
    expect(frames.length).toBeLessThan(45);
    const collector = new FrameCollector();
    let sealed: Buffer | null = null;
    for (const frame of frames.toReversed()) {
      const svg = frameSvg(frame);
      const read = readByCamera(svg);
      expect(read).toBe(frame);
      ({ sealed } = collector.add(read ?? ''));
    }
    const inbox = cloudInbox(world, join(folder, 'work'));
    expect(await inbox.take(sealed!)).toBe('taken');
    const [state] = await inbox.list();
    const opened = await inbox.open(state!.transfer.transferId);
    expect(await collect(opened.messages())).toEqual(lines);
  }));

it('codes may be scanned in any order, twice, between codes of another sequence and misread ones', () => {
  const order = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), fc.infiniteStream(fc.nat()));
  fc.assert(
    fc.property(order, ([bytes, random]) => {
      const frames = toFrames(bytes);
      const other = toFrames(Buffer.concat([bytes, Buffer.of(1)]));
      const collector = new FrameCollector();
      collector.add(frames[0]!);
      expect(collector.add(other[0]!).outcome).toBe('other-sequence');
      expect(collector.add(frames[0]!.replace(/:$/, '0:')).outcome).toBe('unreadable');
      const rest = [...frames, ...frames].sort(() => (random.next().value % 2 === 0 ? 1 : -1));
      for (const frame of rest) collector.add(frame);
      expect(collector.add(frames.at(-1)!)).toEqual({
        ...{ outcome: 'repeat', have: frames.length, total: frames.length, missing: [] },
        sealed: Buffer.from(bytes),
      });
    }),
  );
});

it('a changed character is never taken for a code of ours', () => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
  const frame = toFrames(randomBytes(300))[0]!;
  fc.assert(
    fc.property(fc.nat({ max: frame.length - 1 }), fc.nat({ max: alphabet.length - 1 }), (at, other) => {
      const character = alphabet.charAt(other);
      fc.pre(frame[at] !== character);
      const misread = frame.slice(0, at) + character + frame.slice(at + 1);
      expect(new FrameCollector().add(misread)).toMatchObject({ outcome: 'unreadable', total: 0 });
    }),
    { numRuns: 500 },
  );
});

it('says what is missing, survives a scanner that adds line ends, and starts over when told to', () => {
  const frames = toFrames(randomBytes(2_000));
  const collector = new FrameCollector();
  expect(collector.add(`${frames[1]!}\r\n`)).toMatchObject({ outcome: 'new', have: 1, missing: [1, 3, 4] });
  collector.reset();
  expect(collector.add('https://example.com')).toMatchObject({
    outcome: 'unreadable',
    total: 0,
    sealed: null,
  });
  expect(collector.add(toFrames(Buffer.of(7))[0]!)).toMatchObject({ outcome: 'new', sealed: Buffer.of(7) });
});

it('what is too large for codes is refused with the advice to take a stick', async () => {
  expect(() => toFrames(Buffer.alloc(MAX_QR_BYTES + 1))).toThrow('too large for QR codes');
  const source = { framing: 'lines' as const, lines: noisyLines(600) };
  await expect(sealForQr(upward(world), source, world.up)).rejects.toMatchObject({
    code: 'too-large',
    next: 'Write it to a stick instead.',
  });
});
