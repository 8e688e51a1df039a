import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cloudInbox, newWorld, upward, withFolder, type CourierWorld } from '../courier-fixtures.ts';
import type { WrittenTransfer } from '../writer.ts';
import { CourierWriter } from '../writer.ts';

const UNITS = 20_000;
const MIB = 1024 * 1024;

interface Figure {
  name: string;
  value: number;
  unit: string;
  goal: number | null;
}

/** About 7 KB as a unit's record has them: a quarter of it certificates, signatures, evidence, the rest words that repeat. */
function record(at: number): string {
  const random = (length: number): string => randomBytes(length).toString('base64');
  const phase = (id: number) => ({
    ...{
      id: `phase-${id}`,
      title: 'Write and read back the image',
      outcome: 'pass',
      startedAt: at * 1_000 + id,
    },
    measurements: Array.from({ length: 5 }, (_, n) => ({
      ...{
        id: `measurement-${n}`,
        value: (at * 7 + n) % 997,
        unit: 'ms',
        low: 0,
        high: 1_000,
        outcome: 'pass',
      },
    })),
  });
  const certificates = { leaf: random(800), signature: random(72), evidence: random(400) };
  const phases = Array.from({ length: 10 }, (_, id) => phase(id));
  return JSON.stringify({ unit: randomUUID(), at, certificates, phases });
}

function* records(tally: { bytes: number }): Generator<string> {
  for (let at = 0; at < UNITS; at++) {
    const line = record(at);
    tally.bytes += line.length + 1;
    yield line;
  }
}

/** Runs `act` and says how long it took and how far the resident set grew meanwhile. */
async function observed<T>(act: () => Promise<T>): Promise<{ result: T; seconds: number; grownMib: number }> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  const start = performance.now();
  try {
    const result = await act();
    const seconds = (performance.now() - start) / 1_000;
    return { result, seconds, grownMib: (Math.max(peak, process.memoryUsage.rss()) - before) / MIB };
  } finally {
    clearInterval(sampler);
  }
}

async function read(world: CourierWorld, folder: string, { transferId }: WrittenTransfer): Promise<number> {
  const inbox = cloudInbox(world, join(folder, 'work'));
  await inbox.scan(join(folder, 'stick'));
  const opened = await inbox.open(transferId);
  let lines = 0;
  for await (const line of opened.messages()) lines += line.length > 0 ? 1 : 0;
  if (lines !== UNITS) throw new Error(`${lines} of ${UNITS} units came out`);
  return lines;
}

/** A courier transfer of 20,000 units: sealed to a stick; read, checked and handed out again. */
export function benchCourier(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const world = await newWorld();
    const stick = join(folder, 'stick');
    await mkdir(stick);
    const tally = { bytes: 0 };
    const source = { framing: 'lines' as const, lines: records(tally) };
    const writing = await observed(() => new CourierWriter(upward(world), source, world.up).writeTo(stick));
    const reading = await observed(() => read(world, folder, writing.result));
    const sealed = writing.result.parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const figure = (name: string, value: number, unit: string, goal: number | null = null): Figure => ({
      ...{ name: `courier: ${name}`, value, unit, goal },
    });
    return [
      figure('units', UNITS, 'units'),
      figure('records in clear', tally.bytes / MIB, 'MiB'),
      figure('sealed files', sealed / MIB, 'MiB'),
      figure('parts of 4 MiB', writing.result.parts.length, 'files'),
      figure('20,000 units written', writing.seconds, 's', 20),
      figure('20,000 units read, checked and handed out', reading.seconds, 's', 20),
      figure('memory grown while writing', writing.grownMib, 'MiB', 256),
      figure('memory grown while reading', reading.grownMib, 'MiB', 256),
    ];
  });
}
