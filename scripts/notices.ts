import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * THIRD-PARTY-NOTICES.txt from what is installed for run time (not for development), with each licence text. With
 * `--check` it only compares, so that a new dependency cannot slip in without its notice. Refuses other than
 * permissive licences.
 */
const root = join(import.meta.dirname, '..');
const file = join(root, 'THIRD-PARTY-NOTICES.txt');
const PERMISSIVE = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
  'OFL-1.1',
  'CC0-1.0',
  'MIT-0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'Zlib',
];

/** Packages that state their licence in a file only. */
const STATED_IN_FILE: Record<string, string> = { 'png-js': 'MIT' };

interface LockEntry {
  version?: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  license?: string;
}
interface Notice {
  name: string;
  version: string;
  licence: string;
  text: string;
}

function runtimePackages(): [string, LockEntry][] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  return Object.entries(lock.packages).filter(
    ([path, entry]) => path !== '' && entry.dev !== true && entry.devOptional !== true,
  );
}

function isPermissive(licence: string): boolean {
  return licence
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((option) => option.split(/ AND /).every((name) => PERMISSIVE.includes(name.trim())));
}

function licenceText(folder: string): string {
  if (!existsSync(folder)) return '';
  const name = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  return name === undefined ? '' : readFileSync(join(folder, name), 'utf8').trim();
}

function noticeOf([path, entry]: [string, LockEntry]): Notice {
  const name = path.replace(/^.*node_modules\//, '');
  const licence = entry.license ?? STATED_IN_FILE[name] ?? 'unknown';
  if (!isPermissive(licence))
    throw new Error(`${name} ${entry.version ?? ''}: licence ${licence} is not permissive.`);
  // Prebuilt parts for other platforms are not installed here: they carry their parent's licence text.
  return {
    name,
    version: entry.version ?? '',
    licence,
    text: entry.optional === true ? '' : licenceText(join(root, path)),
  };
}

function compose(notices: Notice[]): string {
  const head = 'Rootline contains the following packages. Each is used under its own licence.\n';
  const parts = notices.map(
    ({ name, version, licence, text }) => `${'-'.repeat(80)}\n${name} ${version} (${licence})\n\n${text}\n`,
  );
  return [head, ...parts].join('\n').replace(/\r\n/g, '\n');
}

const notices = runtimePackages()
  .map(noticeOf)
  .sort((a, b) => `${a.name}@${a.version}`.localeCompare(`${b.name}@${b.version}`, 'en'));
const text = compose(notices);
if (process.argv.includes('--check')) {
  const same = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (!same)
    process.stderr.write(
      'THIRD-PARTY-NOTICES.txt does not match the lockfile: run "node scripts/notices.ts".\n',
    );
  process.exitCode = same ? 0 : 1;
} else {
  writeFileSync(file, text);
  process.stderr.write(`${notices.length} packages\n`);
}
