import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SystemRoots } from './sysfs-ports.ts';

/** What `test/guest/in-guest/sysfs.ts` printed on a Linux 6.1 of Debian; the guest's test holds it to the kernel each time. */
interface Captured {
  links: Record<string, string>;
  attributes: Record<string, string>;
  nodes: string;
}

/** That machine's /sys and /dev in a folder: two adapters, one with two ports behind one interface, a board with one port. */
export function capturedSysfs(): { roots: SystemRoots; remove(): void } {
  const fixture = new URL('./sysfs.fixture.json', import.meta.url);
  const { links, attributes, nodes } = JSON.parse(readFileSync(fixture, 'utf8')) as Captured;
  const root = mkdtempSync(join(tmpdir(), 'rootline-sysfs-'));
  const roots = { sys: join(root, 'sys'), dev: join(root, 'dev') };
  const put = (folder: string, path: string, act: (at: string) => void): void => {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    act(at);
  };
  for (const [path, text] of Object.entries(attributes))
    put(roots.sys, path, (at) => writeFileSync(at, `${text}\n`));
  for (const [path, target] of Object.entries(links)) put(roots.sys, path, (at) => symlinkSync(target, at));
  for (const name of nodes.split(' ')) put(roots.dev, name, (at) => symlinkSync('/dev/null', at));
  return { roots, remove: () => rmSync(root, { recursive: true, force: true }) };
}
