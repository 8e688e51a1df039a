import { timingSafeEqual } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { ToolLink } from '#drivers/core/link.ts';
import type { Lifecycle, OperationContext } from '#drivers/core/operations.ts';
import type { ToolCommand, ToolDescription, ToolOperation } from '#drivers/core/tool.ts';
import { addressOf, checkTool, runFolder, type RunFolder } from './files.ts';
import { runTool, type ToolEnd } from './process.ts';
import { lineTemplate } from './template.ts';

/** What a command found: the life cycle and unique id that its lines told, if they did. */
export interface Finding {
  uid: string | null;
  state: { dlm: string; locked: boolean } | null;
  /** False: the exit code was one of failure, kept in `failure`. */
  failure: DriverError | null;
}

interface Given {
  image?: Image;
  level?: string;
}

/** One socket behind a maker's tool: what the recipe told of the tool, and what is known of the part. */
export class ToolPart {
  readonly link: ToolLink;
  knownUid: string | null = null;
  touched = false;
  private tool: ToolDescription | null = null;

  constructor(link: ToolLink) {
    this.link = link;
  }

  /** Takes the recipe's description after the program file has been checked against it. */
  async useTool(tool: ToolDescription | undefined): Promise<ToolDescription> {
    if (tool === undefined) throw missing('The job does not describe a tool.');
    await checkTool(tool);
    this.tool = tool;
    return tool;
  }

  get description(): ToolDescription {
    if (this.tool === null) throw missing('No tool has been named: identify comes first.');
    return this.tool;
  }

  can(operation: ToolOperation): boolean {
    return this.description.commands[operation] !== undefined;
  }

  /** Runs the tool for one operation. Rejects with the exit code's own meaning. */
  async run(operation: ToolOperation, context: OperationContext, given: Given = {}): Promise<Finding> {
    const found = await this.ask(operation, context, given);
    if (found.failure !== null) throw found.failure;
    return found;
  }

  /** The same, with the failure in the finding: for a reading that a protected part refuses with an exit code. */
  async ask(operation: ToolOperation, context: OperationContext, given: Given = {}): Promise<Finding> {
    const tool = this.description;
    const command = tool.commands[operation];
    if (command === undefined)
      throw new DriverError('unsupported', 'The job has no command of the tool for this.', {
        ...{ chip: this.touched ? 'not-locked' : 'untouched', context: { operation } },
      });
    const folder = await runFolder();
    try {
      return await this.carryOut(tool, command, { folder, context, given });
    } finally {
      await folder.dispose();
    }
  }

  /** Refuses a part that is not the one that this session began with. */
  sameChip(uid: string): void {
    const known = this.knownUid;
    if (
      known === null ||
      (known.length === uid.length && timingSafeEqual(Buffer.from(known), Buffer.from(uid)))
    )
      return;
    throw new DriverError('chip-swapped', 'Another chip is in the socket.', {
      ...{ chip: 'untouched', context: { expected: known, found: uid } },
    });
  }

  private async carryOut(
    tool: ToolDescription,
    command: ToolCommand,
    { folder, context, given }: { folder: RunFolder; context: OperationContext; given: Given },
  ): Promise<Finding> {
    const image = given.image === undefined ? '' : await folder.putImage(given.image, tool.image);
    const places: Readonly<Record<string, string>> = {
      ...{ port: this.link.path, output: folder.output, image, level: given.level ?? '' },
      address: given.image === undefined ? '' : `0x${addressOf(given.image).toString(16)}`,
    };
    const found: Finding = { uid: null, state: null, failure: null };
    const end = await runTool({
      ...{ path: tool.path, args: command.args.map((arg) => filled(arg, places)), folder: folder.root },
      ...{
        timeoutMs: command.timeout * 1000,
        signal: context.signal,
        onLine: reader(command, found, context),
      },
    });
    if (command.uid !== undefined && 'file' in command.uid) found.uid = await folder.readUid();
    found.failure = failureOf(command, end, this.touched);
    return found;
  }
}

export const lifecycleOf = ({ state }: Finding): Lifecycle => ({
  ...{ dlm: state?.dlm ?? 'UNKNOWN', protection: null, authentication: null },
});

/** `{name}` of a place; anything else in braces stays: a tool may want it so. */
function filled(arg: string, places: Readonly<Record<string, string>>): string {
  return arg.replace(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
}

function reader(command: ToolCommand, found: Finding, context: OperationContext): (line: string) => void {
  const progress = command.progress === undefined ? null : lineTemplate(command.progress);
  const uid = command.uid !== undefined && 'line' in command.uid ? lineTemplate(command.uid.line) : null;
  const states = (command.states ?? []).map(({ line, ...state }) => ({ matches: lineTemplate(line), state }));
  return (line) => {
    const percent = progress?.(line)?.percent;
    if (percent !== undefined) context.progress({ done: Math.min(percent, 100), total: 100, unit: 'steps' });
    found.uid ??= uid?.(line)?.uid ?? null;
    found.state ??= states.find(({ matches }) => matches(line) !== null)?.state ?? null;
  };
}

function failureOf(command: ToolCommand, { exitCode, said }: ToolEnd, touched: boolean): DriverError | null {
  if (exitCode === 0) return null;
  const meaning = command.exitCodes[String(exitCode)];
  const chip = meaning?.code === 'locked' ? 'locked' : touched ? 'not-locked' : 'untouched';
  const message = meaning?.message ?? 'The tool ended with a code that the job does not explain.';
  return new DriverError(meaning?.code ?? 'device-error', message, {
    ...{ chip, context: { exitCode }, cause: new Error(said.join('\n').slice(-2000)) },
  });
}

const missing = (message: string): DriverError =>
  new DriverError('bad-argument', message, { chip: 'untouched' });
