import { createHash, randomBytes } from 'node:crypto';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TargetSession } from '#drivers/core/driver.ts';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, OperationOutput, Progress } from '#drivers/core/operations.ts';
import type { ToolCommand, ToolDescription } from '#drivers/core/tool.ts';
import { operatorLines } from '#drivers/transports/control/operator.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { vendorTool } from './driver.ts';

const image: Image = {
  ...{ sha256: '1'.repeat(64), format: 'binary', entryPoint: null },
  segments: [{ address: 0x0800_0000, bytes: randomBytes(5000) }],
};
const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const which = (program: string): string => execFileSync('which', [program], { encoding: 'utf8' }).trim();

let session: TargetSession;
let heard: Progress[];
const open = (path: string): void => {
  heard = [];
  session = vendorTool.open({ path, control: operatorLines() }, { get: () => image });
};
const run = async <K extends OperationName>(
  operation: K,
  input: OperationInput<K>,
  signal = new AbortController().signal,
): Promise<OperationOutput<K>> =>
  (await session.run(operation, input, { signal, progress: (one) => void heard.push(one) })).output;
const identify = (tool: ToolDescription) => run('identify', { target: 'vendor-tool', tool });

describe('stm32flash as the tool, on a simulated STM32F4', () => {
  let bench: Bench;
  let hands: BenchControl;
  let tool: ToolDescription;
  beforeAll(async () => {
    bench = await openBench({ target: 'stm32f4', sites: 1, speed: 'max' });
    hands = await openBenchControl(bench.sites[0]!.control);
    const path = which('stm32flash');
    tool = { path, sha256: sha256Of(path), product: 'STM32F405', image: 'binary', commands: commands() };
  });
  afterAll(async () => {
    await hands.close();
    await bench.close();
  });
  beforeEach(async () => {
    await hands.remove();
    await hands.insert();
    open(bench.sites[0]!.port);
  });

  /** 8N1, as a pseudo-terminal has no parity; the unique id stands at 1FFF7A10 (RM0090, section 39.1). */
  function commands(): ToolDescription['commands'] {
    const line = ['-m', '8n1', '-b', '115200'];
    const failed = { '1': { code: 'no-answer', message: 'stm32flash could not do it.' } } as const;
    const locked = { line: 'Failed to read memory{*}', dlm: 'RDP1', locked: true };
    const command = (args: string[]): ToolCommand => ({
      ...{ args: [...line, ...args, '{port}'], exitCodes: failed, timeout: 60, states: [locked] },
    });
    return {
      identify: { ...command(['-r', '{output}', '-S', '0x1fff7a10:12']), uid: { file: true } },
      program: { ...command(['-w', '{image}', '-S', '{address}']), progress: '({percent}%)' },
      lock: command(['-j']),
    };
  }

  it('says who is in the socket, programs with progress, and the part holds the bytes', async () => {
    const { uid } = await hands.status();
    expect(await identify(tool)).toMatchObject({ chipUid: uid, product: 'STM32F405' });
    expect(await run('program', { image: image.sha256 })).toMatchObject({ bytes: 5000, baudRate: 0 });
    expect(heard.at(-1)).toEqual({ done: 100, total: 100, unit: 'steps' });
    expect(heard.length).toBeGreaterThan(5);
    const folder = mkdtempSync(join(tmpdir(), 'rootline-tool-test-'));
    const back = join(folder, 'back.bin');
    const args = ['-m', '8n1', '-r', back, '-S', '0x08000000:5000', bench.sites[0]!.port];
    await promisify(execFile)(tool.path, args);
    expect(readFileSync(back).equals(image.segments[0]!.bytes)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('locks, and reads from the tool’s refusal that the part is locked', async () => {
    const { chipUid } = await identify(tool);
    expect(await run('read-state', {})).toMatchObject({ chipUid, locked: false });
    expect(await run('lock', { disableInitialize: true, lockBoot: true })).toEqual({ answered: true });
    expect(await run('read-state', {})).toMatchObject({ chipUid, locked: true, lifecycle: { dlm: 'RDP1' } });
    await expect(identify(tool)).rejects.toThrow();
  });

  it('refuses a part that was swapped in before anything is written', async () => {
    await identify(tool);
    await hands.remove();
    await hands.insert();
    const refusal = { code: 'chip-swapped', chip: 'untouched' };
    await expect(run('program', { image: image.sha256 })).rejects.toMatchObject(refusal);
  });

  it('says what the exit code means in the recipe’s words, with what the tool said', async () => {
    await hands.remove();
    const refusal = { code: 'no-answer', message: 'stm32flash could not do it.', chip: 'untouched' };
    const error: unknown = await identify(tool).catch((caught: unknown) => caught);
    expect(error).toMatchObject(refusal);
    expect((error as Error).cause).toMatchObject({ message: expect.stringContaining('init') as string });
  });
});

describe('a tool', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rootline-tool-test-'));
    open('COM9');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A program of the test's own, run by the interpreter of this station. */
  function toolOf(script: string, more: Partial<ToolDescription['commands']> = {}): ToolDescription {
    const path = join(folder, 'tool.mjs');
    writeFileSync(path, script);
    const node = process.execPath;
    const command = (...args: string[]): ToolCommand => ({
      ...{ args: [path, ...args], exitCodes: {}, timeout: 20, uid: { line: 'UID: {uid}' } },
    });
    const commands = { identify: command('id', '{port}', '$(touch x)'), lock: command('lock'), ...more };
    return { path: node, sha256: sha256Of(node), product: 'X1', image: 'intel-hex', commands };
  }

  it('gets its arguments as they are, no shell, and no environment of the station', async () => {
    process.env['ROOTLINE_TEST_SECRET'] = 'hidden';
    const script = `import { writeFileSync } from 'node:fs';
      writeFileSync(${JSON.stringify(join(folder, 'seen'))}, JSON.stringify({ argv: process.argv.slice(2), env: process.env }));
      console.log('UID: 0x00:11-22 33');`;
    expect(await identify(toolOf(script))).toMatchObject({ chipUid: '00112233', product: 'X1' });
    delete process.env['ROOTLINE_TEST_SECRET'];
    const seen = JSON.parse(readFileSync(join(folder, 'seen'), 'utf8')) as { argv: string[]; env: object };
    expect(seen.argv).toEqual(['id', 'COM9', '$(touch x)']);
    expect(Object.keys(seen.env).sort()).toEqual(['HOME', 'LANG', 'LC_ALL', 'PATH', 'TMPDIR']);
  });

  it('that is another version, not there, or not named is refused before it runs', async () => {
    const tool = toolOf(`console.log('UID: 00112233')`);
    const untouched = { code: 'bad-argument', chip: 'untouched' };
    await expect(identify({ ...tool, sha256: '0'.repeat(64) })).rejects.toMatchObject(untouched);
    await expect(identify({ ...tool, path: 'node' })).rejects.toMatchObject(untouched);
    await expect(identify({ ...tool, path: join(folder, 'none') })).rejects.toMatchObject({
      code: 'port-missing',
    });
    await expect(run('identify', { target: 'vendor-tool' })).rejects.toMatchObject(untouched);
    await expect(run('lock', { disableInitialize: true, lockBoot: true })).rejects.toMatchObject(untouched);
  });

  /** Says that it is there, and goes on until it is ended. */
  const HANGS = `console.log('UID: 00112233'); if (process.argv[2] === 'lock') setInterval(() => {}, 1000);`;

  it('that hangs in a step for ever leaves the outcome unknown, and is ended', async () => {
    const command = { args: [join(folder, 'tool.mjs'), 'lock'], exitCodes: {}, timeout: 0.3 };
    await identify(toolOf(HANGS, { lock: command }));
    const locking = run('lock', { disableInitialize: true, lockBoot: true });
    await expect(locking).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
  });

  it('is ended with what it started when a person stops it', async () => {
    const script = `import { spawn } from 'node:child_process';
      if (process.argv[2] === 'program') {
        const child = spawn('sleep', ['100'], { stdio: 'ignore' });
        console.log('child ' + child.pid);
        console.log('10 %');
        setInterval(() => {}, 1000);
      } else console.log('UID: 00112233');`;
    const abort = new AbortController();
    const tool = toolOf(script);
    const [first = ''] = tool.commands.identify!.args;
    const command = { args: [first, 'program'], exitCodes: {}, timeout: 20, progress: '{percent} %' };
    await identify({ ...tool, commands: { ...tool.commands, program: command } });
    session = vendorTool.open({ path: 'COM9', control: operatorLines() }, { get: () => image });
    await identify({ ...tool, commands: { ...tool.commands, program: command } });
    const stopping = session.run(
      'program',
      { image: image.sha256 },
      { signal: abort.signal, progress: () => abort.abort() },
    );
    await expect(stopping).rejects.toMatchObject({ code: 'cancelled', chip: 'not-locked' });
    expect(() => execFileSync('pgrep', ['-f', '^sleep 100$'])).toThrow();
  });

  it('without an answer to who is in is no part to work on', async () => {
    await expect(identify(toolOf(`console.log('hello')`))).rejects.toMatchObject({ code: 'no-answer' });
  });
});
