import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveControl } from './control/server.ts';
import { PartShelf } from './part-shelf.ts';
import { Site } from './site.ts';
import type { VirtualTarget } from './target.ts';
import { loadVirtualTarget } from './targets.ts';
import { UsbIpServer } from './usb/usbip-server.ts';
import { DeadlineClock } from './wire/deadline-clock.ts';

/** A Unix socket's path fits into 108 bytes with its end (Linux, sockaddr_un). */
const LONGEST_SOCKET_PATH = 107;
const SITES_PER_ROW = 4;

export interface BenchOptions {
  /** A name of targets.ts. */
  target: string;
  /** 1..64 sockets, named A1..A4, B1.. as on a fixture. */
  sites: number;
  speed: 'wire' | 'max';
  /** Sockets start without parts. */
  empty?: boolean;
  /** Where links and control sockets go; a fresh temporary directory by default. */
  directory?: string;
  /** Makes the unique ids of fresh parts repeat. */
  seed?: number | null;
  /** False refuses keys whose wrapping key is not this simulator's. */
  acceptForeignKeys?: boolean;
  /** TCP port of the first site's USB/IP server, the next site's is the next; 0, the default: any free one. */
  usbPort?: number;
}

interface BenchSite {
  id: string;
  port: string;
  link: string;
  control: string;
}

export interface Bench {
  readonly sites: BenchSite[];
  close(): Promise<void>;
}

/** Opens the bench in this process. Resolves once every port and control socket is usable. */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const target = await loadVirtualTarget(options.target);
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'rootline-bench-'));
  mkdirSync(directory, { recursive: true });
  const clock = options.speed === 'wire' ? new DeadlineClock() : null;
  const shelf = new PartShelf(target, options.seed ?? null);
  const open: { site: Site; control: string; close(): Promise<void> }[] = [];
  const close = async () => {
    clock?.stop();
    await Promise.all(open.map(({ site }) => site.close()));
    await Promise.all(open.map((entry) => entry.close()));
    removeIfEmpty(directory);
  };
  try {
    for (let index = 0; index < options.sites; index += 1)
      open.push(await openSite(options, { directory, clock, shelf, target, id: siteName(index) }, index));
  } catch (error) {
    await close();
    throw error;
  }
  const sites = open.map(({ site, control }) => ({
    id: site.id,
    port: site.port ?? '',
    link: site.link,
    control,
  }));
  return { sites, close };
}

async function openSite(
  options: BenchOptions,
  place: {
    directory: string;
    clock: DeadlineClock | null;
    shelf: PartShelf;
    target: VirtualTarget;
    id: string;
  },
  index: number,
) {
  const control = join(place.directory, `${place.id}.sock`);
  if (Buffer.byteLength(control) > LONGEST_SOCKET_PATH)
    throw new RangeError(`the path of a control socket is too long: ${control}`);
  const { usbPort = 0 } = options;
  const bus =
    place.target.connector === 'usb' ? await UsbIpServer.listen(usbPort === 0 ? 0 : usbPort + index) : null;
  const site = new Site({
    ...{ ...place, bus },
    acceptForeignKeys: options.acceptForeignKeys ?? true,
  });
  if (options.empty !== true) site.insert();
  // A bench that was killed leaves its sockets behind; a live one would be in its own directory.
  rmSync(control, { force: true });
  const server = await serveControl(site, control);
  return { site, control, close: () => server.close() };
}

/** A1..A4, B1..B4 and so on, four sockets to a row. */
export function siteName(index: number): string {
  const row = String.fromCharCode('A'.charCodeAt(0) + Math.floor(index / SITES_PER_ROW));
  return `${row}${(index % SITES_PER_ROW) + 1}`;
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    // Somebody else's files: theirs to keep.
    if (!(error instanceof Error)) throw error;
  }
}
