import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { readImages, setImage, type SlotState } from '#drivers/protocols/smp/image-group.ts';
import type { Awake } from './awake.ts';
import type { SmpTarget } from './part.ts';

/** A target checks hash and signature of both images before it lists them: seconds on a small core. */
export const LIST = { timeoutMs: 4000, attempts: 2 } as const;

/**
 * `EMPTY`: nothing to start. `IMAGE`: an image, and the target does not tell more. `TEST`: a swap waits for the next
 * reset, `PERMANENT`: for good. `TRIAL`: an image runs that the next reset takes back. `CONFIRMED`: it stays.
 */
export function lifecycleOf(images: readonly SlotState[]): Lifecycle {
  return { dlm: wordOf(images), protection: null, authentication: null };
}

function wordOf(images: readonly SlotState[]): string {
  const waiting = images.find(({ pending }) => pending);
  if (waiting !== undefined) return waiting.permanent ? 'PERMANENT' : 'TEST';
  const first = images.find(({ slot }) => slot === 0);
  if (first === undefined) return 'EMPTY';
  if (first.confirmed) return 'CONFIRMED';
  return first.active ? 'TRIAL' : 'IMAGE';
}

/** `TEST`: the image in slot 1 runs once after the next reset. `CONFIRM`: the image that runs stays. */
export async function moveLifecycle(
  part: SmpTarget,
  to: string,
  { signal }: OperationContext,
): Promise<OperationResult<'move-lifecycle'>> {
  if (to !== 'TEST' && to !== 'CONFIRM')
    throw new DriverError('unsupported', 'MCUboot knows the moves TEST and CONFIRM.', {
      chip: 'untouched',
      context: { to },
    });
  const awake = await part.use(signal);
  const images = await readImages(awake.client, { ...LIST, signal });
  const after =
    to === 'TEST' ? await test(part, awake, images, signal) : await confirm(part, awake, images, signal);
  return { output: lifecycleOf(after), measurements: [] };
}

function hashIn(images: readonly SlotState[], slot: number): Uint8Array {
  const hash = images.find((one) => one.slot === slot)?.hash ?? null;
  if (hash !== null) return hash;
  throw new DriverError('wrong-state', 'The target shows no image in that slot.', {
    chip: 'not-locked',
    context: { slot },
  });
}

/** Can be taken back by a reset: a lost answer is settled by the list, and the move asked for again. */
async function test(
  part: SmpTarget,
  { client }: Awake,
  images: readonly SlotState[],
  signal: AbortSignal,
): Promise<readonly SlotState[]> {
  if (wordOf(images) === 'TEST') return images;
  const hash = hashIn(images, 1);
  part.touched = true;
  try {
    return await setImage(client, { hash, confirm: false }, { timeoutMs: LIST.timeoutMs, signal });
  } catch (error) {
    if (!isLost(error)) throw error;
    const after = await readImages(client, { ...LIST, signal });
    if (wordOf(after) === 'TEST') return after;
    throw error;
  }
}

/** Cannot be taken back: asked for once. A lost answer is settled by the list, or the outcome is unknown. */
async function confirm(
  part: SmpTarget,
  { client }: Awake,
  images: readonly SlotState[],
  signal: AbortSignal,
): Promise<readonly SlotState[]> {
  if (wordOf(images) === 'CONFIRMED') return images;
  const hash = hashIn(images, 0);
  part.touched = true;
  try {
    return await setImage(client, { hash, confirm: true }, { timeoutMs: LIST.timeoutMs, signal });
  } catch (error) {
    if (!isLost(error)) throw error;
    // Whoever cancelled wants to know it all the same.
    const after = await readImages(client, { timeoutMs: LIST.timeoutMs }).catch(() => null);
    if (after === null) throw unknown(error);
    if (wordOf(after) === 'CONFIRMED') return after;
    throw error;
  }
}

const LOST: readonly string[] = ['no-answer', 'port-gone', 'bad-checksum', 'bad-frame', 'cancelled'];
const isLost = (error: unknown): boolean => error instanceof DriverError && LOST.includes(error.code);
const unknown = (cause: unknown): DriverError =>
  new DriverError(
    'outcome-unknown',
    'The confirmation was sent and nothing came back. Read the state again before anything else.',
    { chip: 'unknown', cause },
  );
