// Runs on any Node from 20 on, before anything is installed: installs the locked dependencies when they are missing
// or out of date, then hands over to the pinned Node 24. Talks on standard error only, so `--json` stays clean.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const commands = {
  start: 'scripts/start.ts',
  cloud: 'scripts/cloud.ts',
  test: 'scripts/test.ts',
  demo: 'scripts/demo.ts',
  fleet: 'scripts/fleet.ts',
  verify: 'scripts/verify.ts',
  bench: 'scripts/bench.ts',
  peers: 'scripts/race-peers.ts',
  'bench:virtual': 'native-drivers/virtual/main.ts',
  build: 'scripts/build.ts',
  dist: 'scripts/dist.ts',
};

/** Node keeps what it compiled there, checked against the source each time: a third of a later start. */
const compileCache = join(root, 'node_modules', '.cache', 'node-compile');

const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

function lockDigest() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

/** npm 10 does not install this tree (optional native bindings of Vite 8): npm 11 is fetched where it is older. */
function npmCommand() {
  const version = spawnSync('npm', ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' });
  if (version.error) fail('npm was not found. Install Node.js 20 or newer, with npm, and try again.');
  const major = Number(version.stdout.split('.')[0]);
  return major >= 11 ? ['npm'] : ['npx', '--yes', 'npm@11'];
}

function install() {
  const stamp = join(root, 'node_modules', '.rootline-installed');
  const digest = lockDigest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('Setting up Rootline: installing the locked packages (once, about a minute) …');
  const [program, ...first] = npmCommand();
  const started = Date.now();
  const result = spawnSync(program, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) fail('The packages could not be installed; what npm said stands above.');
  mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
  writeFileSync(stamp, digest);
  say(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const found = [join(root, 'node_modules', 'node', 'bin', name), join(root, 'node_modules', '.bin', name)];
  const node = found.find((path) => existsSync(path));
  return node ?? fail('The pinned Node 24 is missing from node_modules. Delete node_modules and try again.');
}

function run(script, args) {
  const path = `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const child = spawn(pinnedNode(), ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

const [command, ...args] = process.argv.slice(2);
const script = commands[command];
if (!script) fail(`Unknown command ${command ?? ''}. One of: ${Object.keys(commands).join(', ')}.`);
if (!(Number(process.versions.node.split('.')[0]) >= 20)) fail('Rootline needs Node.js 20 or newer.');
install();
run(script, args);
