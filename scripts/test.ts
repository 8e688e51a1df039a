import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole, buildElectron, buildRenderer } from './build.ts';
import { electronBinary } from './fetch-electron.ts';
import { ensurePeers } from './peers.ts';

/**
 * Everything that decides whether a change may land: peers, format, lint, cycles, dead code, types, notices, builds,
 * then unit, integration, fault and browser tests. Runs all of it, so one failure hides no other.
 */
const root = join(import.meta.dirname, '..');
const output = join(root, 'test', 'output');
const bin = (name: string): string => join(root, 'node_modules', name);
const totals = { passed: 0, failed: 0 };

function note(name: string, passed: boolean): void {
  totals[passed ? 'passed' : 'failed']++;
  process.stdout.write(`${passed ? 'ok  ' : 'FAIL'}  ${name}\n`);
}

function tool(name: string, script: string, args: string[]): void {
  const { status } = spawnSync(process.execPath, [bin(script), ...args], { cwd: root, stdio: 'inherit' });
  note(name, status === 0);
}

function own(name: string, script: string, args: string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  note(name, status === 0);
}

function checks(): void {
  tool('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
  tool('lint', 'eslint/bin/eslint.js', ['.']);
  tool('cycles', 'dependency-cruiser/bin/dependency-cruise.mjs', [
    '--config',
    '.dependency-cruiser.cjs',
    ...['protocol', 'connectors', 'cloud', 'electron', 'native-drivers', 'renderer', 'scripts', 'test'],
  ]);
  tool('dead code', 'knip/bin/knip.js', []);
  tool('types', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']);
  tool('types of the screen', 'typescript/bin/tsc', ['--noEmit', '-p', 'renderer/tsconfig.json']);
  tool('types of the console', 'typescript/bin/tsc', ['--noEmit', '-p', 'cloud/console/tsconfig.json']);
  own('third-party notices', 'notices.ts', ['--check']);
}

async function builds(): Promise<void> {
  const made = await buildRenderer()
    .then(buildConsole)
    .then(buildElectron)
    .then(() => true)
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return false;
    });
  note('build', made);
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
}

/** A suite that fails to load counts as a failure, and so does a skipped test: nothing is left out silently. */
function vitest(name: string, args: string[]): void {
  const file = join(output, `${name}.json`);
  const { status } = spawnSync(
    process.execPath,
    [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${file}`,
      ...args,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const report = readReport(file);
  if (report === null) return note(`${name} (no report)`, false);
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) process.stdout.write(`${skipped} skipped tests count as failed\n`);
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests + skipped;
  const broken = status !== 0 && report.numFailedTests === 0;
  if (broken) note(`${name} (a file did not load or an error was left unhandled)`, false);
}

function readReport(file: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return null;
  }
}

const started = Date.now();
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
note('peer programs', ensurePeers());
checks();
await builds();
vitest('tests', []);
if (electronBinary() === null)
  process.stdout.write('The Electron binary is not on this machine: its suite did not run here.\n');
else vitest('electron', ['--config', 'test/electron/vitest.config.ts']);
process.stdout.write(`\nin ${Math.round((Date.now() - started) / 1000)} s\n`);
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;
