import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startVirtualBench, type VirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { Direction, Stretch } from '#drivers/core/decoder.ts';
import type { WireEntry } from '#drivers/core/host-api.ts';
import type { OperationInput, OperationName } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { WireRecorder } from '#drivers/host/wire-recorder.ts';
import { COMMAND } from '#drivers/protocols/ra-boot/constants.ts';
import { encodeFrame } from '#drivers/protocols/ra-boot/writer.ts';
import { encodeMap } from '#drivers/protocols/smp/cbor.ts';
import { writePacket } from '#drivers/protocols/smp/writer.ts';
import { demoJob } from '../demo-job.test-support.ts';
import { loadTarget } from '../registry.ts';
import { ra8Decoder } from './decoder.ts';

type Talk = readonly (readonly [Direction, Uint8Array])[];

/** Two lines: the second goes on where the first ends. */
const request = writePacket({
  ...{ op: 2, version: 1, flags: 0, group: 66, sequence: 3, command: 4 },
  payload: encodeMap({ text: 'x'.repeat(120) }),
});
const frame = encodeFrame('command', COMMAND.inquiry, new Uint8Array(0));
const talk: Talk = [
  ['sent', frame],
  ['received', Buffer.from('booting\r\n')],
  ['sent', request],
  ['sent', frame],
];

function heard(said: Talk, size = Infinity): Stretch[] {
  const decoder = ra8Decoder();
  const stretches = said.flatMap(([direction, bytes]) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length))
      pieces.push(bytes.subarray(at, at + size));
    return pieces.flatMap((piece) => decoder.feed(direction, piece));
  });
  return [...stretches, ...decoder.flush('end')];
}

describe('the wire of an RA8', () => {
  it('says what the boot ROM and what the agent says, however it is cut', () => {
    const titles = ['Command 00 inquiry', '9 B', 'Write enrolment 4', 'Continued', 'Command 00 inquiry'];
    expect(heard(talk).map(({ title }) => title)).toEqual(titles);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (size) => {
        expect(heard(talk, size)).toEqual(heard(talk));
      }),
    );
  });

  it('loses no byte of any', () => {
    const piece = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Uint8Array.of(0x06, 0x09, ...bytes, 0x0a)),
      fc.constantFrom(request, frame),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const out = heard(pieces.map((bytes) => ['sent', bytes]));
        expect(Buffer.concat(out.map(({ bytes }) => bytes))).toEqual(Buffer.concat(pieces));
      }),
    );
  });

  it('takes nothing for a line that no line has in it: the frames behind it are named', () => {
    const cut = Uint8Array.of(0x06, 0x09, 0x41, 0x00, ...frame, 0x0a);
    expect(heard([['sent', cut]]).map(({ title }) => title)).toEqual([
      ...['4 B', 'Command 00 inquiry', '1 B'],
    ]);
  });

  it('shows no line while a key goes over it: the middle of a frame can look like one', () => {
    const entries: WireEntry[] = [];
    const wire = new WireRecorder(ra8Decoder, (more) => void entries.push(...more));
    wire.watch(true);
    wire.begin('set-user-key');
    wire.sent(request);
    wire.watch(false);
    expect(entries.map(({ redacted, detail }) => ({ redacted, detail }))).toEqual([
      { redacted: true, detail: '' },
      { redacted: true, detail: '' },
    ]);
    expect(entries.map(({ hex }) => hex).join('')).toMatch(/^·+$/);
  });
});

describe('the byte log of a site with an RA8', () => {
  let bench: VirtualBench;
  let site: Site;
  const titles: string[] = [];
  beforeEach(async () => {
    bench = await startVirtualBench({ target: 'ra8m1', sites: 1, speed: 'max' });
    const { link: path = '', control: socket = '' } = bench.sites[0] ?? {};
    const spec = { path, control: { kind: 'bench' as const, socket } };
    const parts = { driver: await loadTarget('ra8m1'), images: { get: () => demoJob.image } };
    site = await Site.open('A1', spec, parts, (event) => {
      if (event.type === 'bytes') titles.push(...event.entries.map(({ title }) => title));
    });
  });
  afterEach(async () => {
    await site.close();
    await bench.stop();
  });
  const run = <K extends OperationName>(operation: K, input: OperationInput<K>) =>
    site.run(operation, input, { signal: new AbortController().signal, progress: () => undefined });

  it('goes on in words when the firmware talks', async () => {
    const { rkey, keyCertificate, codeCertificate, image } = demoJob;
    await run('identify', { target: 'ra8m1' });
    await run('initialize', {});
    await run('inject-oem-root-key', { rkey, permanent: false });
    await run('program', { image: image.sha256 });
    site.watchBytes(true);
    await run('inject-boot-certificates', { keyCertificate, codeCertificate });
    await run('boot-application', {});
    site.watchBytes(false);
    expect(titles).toContain('Command 26 certificates');
    expect(titles).toContain('Read enrolment 0');
    expect(titles).toContain('Read answer enrolment 0');
  });
});
