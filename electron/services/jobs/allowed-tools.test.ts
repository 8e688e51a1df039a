import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ToolDescription } from '#drivers/core/tool.ts';
import { isToolAllowed, TOOLS_FILE } from './allowed-tools.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-tools-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = 'ab'.repeat(32);
const tool: ToolDescription = {
  ...{ path: '/usr/bin/tool', sha256, product: 'X1', image: 'binary', commands: {} },
};
const write = (value: unknown): void => writeFileSync(join(folder, TOOLS_FILE), JSON.stringify(value));

it.each<[string, unknown, boolean]>([
  ['the program of the list', { tools: [{ path: tool.path, sha256 }] }, true],
  ['another version of it', { tools: [{ path: tool.path, sha256: 'cd'.repeat(32) }] }, false],
  ['the same program in another place', { tools: [{ path: '/tmp/tool', sha256 }] }, false],
  ['an empty list', { tools: [] }, false],
  ['a list that does not hold', { tools: [{ path: tool.path, sha256 }, { path: 1 }] }, false],
])('%s', async (_what, list, expected) => {
  write(list);
  expect(await isToolAllowed(folder, tool)).toBe(expected);
});

it('allows nothing without a list', async () => {
  expect(await isToolAllowed(folder, tool)).toBe(false);
});
