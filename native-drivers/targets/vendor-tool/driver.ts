import { withChipState } from '#drivers/core/chip-state.ts';
import type { ImageSource, TargetSession, ToolTargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { ToolLink } from '#drivers/core/link.ts';
import { runOperation, type OperationTable } from '#drivers/core/operation-table.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { TOOL_OPERATIONS, type ToolOperation } from '#drivers/core/tool.ts';
import { lifecycleOf, ToolPart, type Finding } from './part.ts';

const TARGET = 'vendor-tool';
/** After these only a reading of the part tells what it is, where the tool did not end by itself. */
const FINAL: readonly ToolOperation[] = ['protect', 'lock'];

/** Names the tool, checks its file, and asks it who is in the socket. */
async function identify(
  part: ToolPart,
  { target, tool }: OperationInput<'identify'>,
  context: OperationContext,
): Promise<OperationResult<'identify'>> {
  if (target !== TARGET)
    throw new DriverError('wrong-chip', 'The site is set up for a maker’s tool.', { chip: 'untouched' });
  part.knownUid = null;
  part.touched = false;
  const { product } = await part.useTool(tool);
  const found = await part.run('identify', context);
  const chipUid = needUid(found);
  part.knownUid = chipUid;
  refuseLocked(found, chipUid);
  const output = { chipUid, product, target, maxBaudRate: 0, areas: [], lifecycle: lifecycleOf(found) };
  return { output, measurements: [] };
}

function needUid({ uid }: Finding): string {
  if (uid !== null) return uid;
  throw new DriverError('no-answer', 'The tool did not say which chip is in the socket.', {
    chip: 'untouched',
  });
}

function refuseLocked({ state }: Finding, chipUid: string): void {
  if (state?.locked === true)
    throw new DriverError('locked', 'The chip is locked already.', { chip: 'locked', context: { chipUid } });
}

/** Who is in now: asked anew before and after each change, as a tool opens the part anew each time. */
async function sameChip(part: ToolPart, context: OperationContext): Promise<Finding> {
  const found = await part.run('identify', context);
  part.sameChip(needUid(found));
  return found;
}

async function program(
  part: ToolPart,
  images: ImageSource,
  { image }: OperationInput<'program'>,
  context: OperationContext,
): Promise<OperationResult<'program'>> {
  await sameChip(part, context);
  const started = performance.now();
  part.touched = true;
  const file = images.get(image);
  await part.run('program', context, { image: file });
  const bytes = file.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  return { output: { bytes, seconds: (performance.now() - started) / 1000, baudRate: 0 }, measurements: [] };
}

/** The tool compares; what it compared with is this image. */
async function verify(
  part: ToolPart,
  images: ImageSource,
  { image }: OperationInput<'verify'>,
  context: OperationContext,
): Promise<OperationResult<'verify'>> {
  await sameChip(part, context);
  const file = images.get(image);
  await part.run('verify', context, { image: file });
  const bytes = file.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  return { output: { bytes, crc32: '', sha256: file.sha256 }, measurements: [] };
}

/** `initialize` and `protect`: what they made of the part is read back. */
async function change(
  part: ToolPart,
  operation: 'initialize' | 'protect',
  context: OperationContext,
  level?: string,
): Promise<OperationResult<'initialize'> & OperationResult<'protect'>> {
  await sameChip(part, context);
  part.touched = true;
  await part.run(operation, context, level === undefined ? {} : { level });
  return { output: lifecycleOf(await stateOf(part, context)), measurements: [] };
}

async function lock(part: ToolPart, context: OperationContext): Promise<OperationResult<'lock'>> {
  await sameChip(part, context);
  part.touched = true;
  await part.run('lock', context);
  return { output: { answered: true }, measurements: [] };
}

/** By the tool's own command for it, else by what `identify` says of the state. */
async function stateOf(part: ToolPart, context: OperationContext): Promise<Finding> {
  const found = await part.ask(part.can('read-state') ? 'read-state' : 'identify', context);
  // A locked part may refuse by its exit code: that is an answer where a line said the state.
  if (found.failure !== null && found.state === null) throw found.failure;
  if (found.uid !== null) part.sameChip(found.uid);
  return found;
}

async function readState(
  part: ToolPart,
  { tool }: OperationInput<'read-state'>,
  context: OperationContext,
): Promise<OperationResult<'read-state'>> {
  // After a restart of the station nobody has named the tool to this session yet.
  if (tool !== undefined) await part.useTool(tool);
  const found = await stateOf(part, context);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  const locked = found.state?.locked ?? false;
  const chipUid = found.uid ?? part.knownUid ?? needUid(found);
  const output = { chipUid, via: 'boot-rom' as const, lifecycle: lifecycleOf(found), locked, ...identity };
  return { output, measurements: [] };
}

async function startFirmware(
  part: ToolPart,
  context: OperationContext,
): Promise<OperationResult<'start-firmware'>> {
  await part.run('start-firmware', context);
  return { output: {}, measurements: [] };
}

function operationsOf(part: ToolPart, images: ImageSource): OperationTable {
  return {
    identify: (input, context) => identify(part, input, context),
    initialize: (_input, context) => change(part, 'initialize', context),
    program: (input, context) => program(part, images, input, context),
    verify: (input, context) => verify(part, images, input, context),
    protect: ({ level }, context) => change(part, 'protect', context, level),
    lock: (_input, context) => lock(part, context),
    'start-firmware': (_input, context) => startFirmware(part, context),
    'read-state': (input, context) => readState(part, input, context),
  };
}

function open(link: ToolLink, images: ImageSource): TargetSession {
  const part = new ToolPart(link);
  const table = operationsOf(part, images);
  return {
    run: async (operation, input, context) => {
      try {
        return await runOperation(table, operation, input, context);
      } catch (error) {
        throw settled(
          error,
          part.touched,
          FINAL.some((one) => one === operation),
        );
      }
    },
    close: () => Promise.resolve(),
  };
}

/** A tool that was stopped in the middle of something final leaves a part that nobody knows. */
function settled(error: unknown, touched: boolean, final: boolean): unknown {
  const stopped = error instanceof DriverError && (error.code === 'no-answer' || error.code === 'cancelled');
  if (!final || !touched || !stopped) return withChipState(error, touched);
  return new DriverError('outcome-unknown', 'The tool was stopped in a step that cannot be undone.', {
    ...{ chip: 'unknown', context: error.context, cause: error },
  });
}

/** Any programmer whose maker has a command-line tool; the job describes the tool (core/tool.ts). */
export const vendorTool: ToolTargetDriver = {
  ...{ id: TARGET, title: 'Programmer with its maker’s tool', reach: 'tool', operations: TOOL_OPERATIONS },
  open,
};
