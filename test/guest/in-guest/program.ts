import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HostEvent } from '#drivers/core/host-api.ts';
import type { OperationInput, OperationName } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { loadTarget } from '#drivers/targets/registry.ts';

/**
 * This station's driver on a device of the kernel's bus: `node program.ts TARGET PATH ADDRESS FILE`. Identifies, programs,
 * reads back and starts what it wrote, where the target can; prints what came of it as JSON, with what it asked of a person.
 */
const [target = '', path = '', address = '', file = ''] = process.argv.slice(2);
const bytes = Uint8Array.from(readFileSync(file));
const sha256 = createHash('sha256').update(bytes).digest('hex');
const image = {
  ...{ sha256, format: 'binary' as const, entryPoint: null },
  segments: [{ address: Number(address), bytes }],
};
const asked: string[] = [];
const driver = await loadTarget(target);
const site = await Site.open(
  'A1',
  { path, control: { kind: 'operator' } },
  { driver, images: { get: () => image } },
  answerAtOnce,
);
const context = { signal: new AbortController().signal, progress: () => undefined };
const run = async <K extends OperationName>(name: K, input: OperationInput<K>) =>
  (await site.run(name, input, context)).output;
const { chipUid, product } = await run('identify', { target });
await run('program', { image: sha256 });
const verified = await run('verify', { image: sha256 });
if (driver.operations.includes('start-firmware')) await run('start-firmware', {});
await site.close();
process.stdout.write(`${JSON.stringify({ chipUid, product, verified: verified.bytes, asked })}\n`);

/** The fixture has no lines: its operator does what is asked. */
function answerAtOnce(event: HostEvent): void {
  if (event.type !== 'prompt') return;
  asked.push(event.request);
  site.answer(event.id);
}
