import { existsSync, watch, type FSWatcher } from 'node:fs';
import type { PortInfo } from '../core/host-api.ts';
import { listPorts } from './ports.ts';
import { SYSTEM, sysfsNames, type SystemRoots } from './sysfs-ports.ts';
import { isMoreThanSerial, sysfsUsb } from './sysfs-usb.ts';
import { listUsb } from './usb/open-usb.ts';

/**
 * A node in /dev tells at once; where nobody makes nodes (containers, USB without one) the names in sysfs are looked at
 * in this interval. Elsewhere the list itself is.
 */
const LOOK_MS = 250;
/** Nodes of one device come one after the other. */
const SETTLE_MS = 20;

/** Every port of this machine, and news of any that comes or goes. */
export class PortBus {
  private readonly roots: SystemRoots;
  private readonly listeners = new Set<() => void>();
  private readonly timer: NodeJS.Timeout;
  private readonly watcher: FSWatcher | null;
  private settling: NodeJS.Timeout | null = null;
  private names: string | null = null;

  constructor(roots: SystemRoots = SYSTEM) {
    this.roots = roots;
    this.names = process.platform === 'linux' ? sysfsNames(roots) : null;
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
    this.watcher = this.watchNodes();
  }

  /** Serial ports only: what a site is bound to by its place. */
  serial(): Promise<PortInfo[]> {
    return listPorts(this.roots);
  }

  /** USB devices by their place, for a site that is bound to one. */
  usb(): Promise<PortInfo[]> {
    return process.platform === 'linux' ? Promise.resolve(sysfsUsb(this.roots)) : listUsb();
  }

  /** Serial ports, and USB devices that are more than those. */
  async all(): Promise<PortInfo[]> {
    // A machine that lets nobody look at its buses has no USB devices to offer, which is no failure of its ports.
    const [serial, usb] = await Promise.all([this.serial(), listUsb().catch((): PortInfo[] => [])]);
    const adapters = new Set(serial.map(({ location }) => location?.split(':')[0]));
    const isMore = (location: string): boolean =>
      !adapters.has(location) || isMoreThanSerial(this.roots, location, serial);
    return [...serial, ...usb.filter(({ location }) => isMore(location ?? ''))];
  }

  /** Calls `listener` after each change of what is plugged in; returns its remover. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.timer);
    if (this.settling !== null) clearTimeout(this.settling);
    this.watcher?.close();
    this.listeners.clear();
  }

  private watchNodes(): FSWatcher | null {
    if (process.platform === 'win32' || !existsSync(this.roots.dev)) return null;
    // `change` is a byte that goes through a terminal.
    const watcher = watch(this.roots.dev, { persistent: false }, (type) => {
      if (type === 'rename') this.settle();
    });
    // The interval goes on without it.
    return watcher.on('error', () => watcher.close());
  }

  private settle(): void {
    this.settling ??= setTimeout(() => {
      this.settling = null;
      this.tell();
    }, SETTLE_MS).unref();
  }

  private look(): void {
    void this.fingerprint().then(
      (names) => {
        const before = this.names;
        this.names = names;
        if (before !== null && before !== names) this.tell();
      },
      () => undefined,
    );
  }

  private async fingerprint(): Promise<string> {
    if (process.platform === 'linux') return sysfsNames(this.roots);
    return (await this.serial()).map(({ path, location }) => `${path} ${location}`).join('\n');
  }

  private tell(): void {
    if (process.platform === 'linux') this.names = sysfsNames(this.roots);
    for (const listener of [...this.listeners]) listener();
  }
}
