import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';

const run = promisify(execFile);
let bench: Bench;
let folder: string;
beforeAll(async () => {
  bench = await openBench({ target: 'stm32f4', sites: 1, speed: 'max' });
  folder = mkdtempSync(join(tmpdir(), 'rootline-stm32-'));
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

/** 8N1, as a pseudo-terminal drops the parity that this tool checks. */
const stm32flash = async (...args: string[]): Promise<string> => {
  const { stdout } = await run('stm32flash', ['-m', '8n1', '-b', '115200', ...args, bench.sites[0]!.port]);
  return stdout;
};

describe('stm32flash on a simulated STM32F4', () => {
  it('knows the device, programs, verifies and reads back what it wrote', async () => {
    const image = randomBytes(20_000);
    writeFileSync(join(folder, 'in.bin'), image);
    expect(await stm32flash()).toMatch(/Device ID +: 0x0413/);
    expect(await stm32flash('-w', join(folder, 'in.bin'), '-v', '-S', '0x08000000')).toMatch(
      /100\.00%\) Done/,
    );
    await stm32flash('-r', join(folder, 'out.bin'), '-S', '0x08000000:20000');
    expect(readFileSync(join(folder, 'out.bin')).equals(image)).toBe(true);
  });

  it('protects the part, cannot read it then, and opens it again', async () => {
    await stm32flash('-j');
    await expect(stm32flash('-r', join(folder, 'no.bin'), '-S', '0x08000000:64')).rejects.toThrow();
    await stm32flash('-k');
    await stm32flash('-r', join(folder, 'blank.bin'), '-S', '0x08000000:64');
    expect(readFileSync(join(folder, 'blank.bin')).every((byte) => byte === 0xff)).toBe(true);
  });
});
