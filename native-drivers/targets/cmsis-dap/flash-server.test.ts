import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FLASH_SERVER, LAYOUT } from './flash-server.ts';

it('is what its source is built to, and leaves the mailbox its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rootline-flash-server-'));
  try {
    const [object, binary] = [join(folder, 'server.o'), join(folder, 'server.bin')];
    const source = join(import.meta.dirname, 'flash-server.S');
    execFileSync('arm-none-eabi-gcc', ['-mcpu=cortex-m0', '-mthumb', '-c', source, '-o', object]);
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
    expect(Buffer.from(FLASH_SERVER).toString('hex')).toBe(readFileSync(binary).toString('hex'));
    expect(FLASH_SERVER.length).toBeLessThanOrEqual(LAYOUT.mailbox - LAYOUT.code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
