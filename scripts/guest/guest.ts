import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { guestKernel, initramfs } from './initramfs.ts';

/** Where a guest of QEMU's user network finds this machine's own loopback (QEMU, "Using the user mode network stack"). */
export const HOST_IN_GUEST = '10.0.2.2';
const MEMORY_MB = 512;
/** Scripts that may run at the same time. */
const SHELLS = 4;
/** What a script may take: less than the tests that run it, so that one that hangs is told of with what it said. */
const SCRIPT_MS = 60_000;
const MOST_CONSOLE_CHARACTERS = 64_000;

/** What a script said, both outputs in one, and how it ended. */
export interface ScriptResult {
  code: number;
  output: string;
}

/** What this guest has beside the others: QEMU's arguments, and the kernel's modules for it. */
export interface GuestHardware {
  arguments: readonly string[];
  modules: readonly string[];
}
const NO_HARDWARE: GuestHardware = { arguments: [], modules: [] };

/**
 * A Linux of Debian's own kernel on a virtual machine without hardware help: a machine with a USB bus, for tests and races
 * where this one has none. Its root is this machine's, read-only: every program that is here is there, at the same path,
 * with the repository. /tmp and /run are the guest's own; there is no udev (devtmpfs names the devices).
 */
export interface Guest {
  /**
   * Runs a shell script in the guest as root, in the folder that this process is in; up to four at once. The script ends
   * at its first failing command (`set -e`). Rejects with everything it said where its exit code is not 0 or it does not
   * end in a minute. It has:
   *   `attach PORT [BUSID]`         imports a device of a USB/IP server on this machine (`usbip attach`), waits until the
   *                                 kernel has enumerated it, and prints its place on the guest's bus (`1-1`)
   *   `keep_attached PORT [BUSID]`  the same in the background until the script ends, each time that a device is there:
   *                                 for one that leaves the bus and comes back as another
   *   `bus_empty`                   succeeds where no device is on the guest's bus
   *   `until_true COMMAND...`       waits at most 50 s until the command succeeds
   *   `until_says FILE WORD`        the same for a word in a file, which is printed where it does not come
   *   `node`                        this project's Node
   * A device stays attached until it leaves: what is on the server is unplugged at the end of a test.
   */
  runInGuest(script: string): Promise<string>;
  /** The same for a script that may fail. */
  tryInGuest(script: string): Promise<ScriptResult>;
  /** What the kernel said, for a test that failed. */
  console(): string;
  close(): Promise<void>;
}

/** Boots a guest; resolves when it takes scripts. Rejects with its console where it does not come up. */
export async function startGuest(hardware = NO_HARDWARE): Promise<Guest> {
  const kernel = guestKernel();
  const shells = await Shells.listen();
  let machine: Machine | null = null;
  const close = async (): Promise<void> => {
    await machine?.stop();
    await shells.close();
  };
  try {
    const initrd = initramfs(kernel, initScript(shells.port), hardware.modules);
    machine = new Machine(kernel.image, initrd, hardware.arguments);
    await Promise.race([shells.ready, machine.ended]);
  } catch (error) {
    await close();
    throw error;
  }
  return guestOn(machine, shells, close);
}

function guestOn(machine: Machine, shells: Shells, close: () => Promise<void>): Guest {
  const tryInGuest = (script: string): Promise<ScriptResult> =>
    Promise.race([shells.run(script), machine.ended]);
  return {
    tryInGuest,
    runInGuest: async (script) => {
      const { code, output } = await tryInGuest(script);
      if (code === 0) return output;
      throw new Error(`in the guest, exit code ${code}:\n${output}\nkernel:\n${machine.tail()}`);
    },
    console: () => machine.tail(),
    close,
  };
}

/** The virtual machine and its console. */
class Machine {
  private readonly process: ChildProcess;
  /** Never resolves; rejects where the machine ends by itself. */
  readonly ended: Promise<never>;
  private text = '';
  private stopping = false;

  constructor(kernel: string, initrd: Uint8Array, more: readonly string[]) {
    const file = namelessFile(initrd);
    this.process = spawn('qemu-system-x86_64', [...machineArguments(kernel, '/dev/fd/3'), ...more], {
      stdio: ['ignore', 'pipe', 'pipe', file],
    });
    closeSync(file);
    const hear = (bytes: Buffer): void => {
      this.text = (this.text + bytes.toString('latin1')).slice(-MOST_CONSOLE_CHARACTERS);
    };
    this.process.stdout?.on('data', hear);
    this.process.stderr?.on('data', hear);
    this.ended = new Promise((_, reject) => {
      const end = (cause?: Error): void => {
        if (!this.stopping) reject(new Error(`the guest ended:\n${this.text}`, { cause }));
      };
      this.process.once('error', end).once('exit', () => end());
    });
    // Whoever runs a script hears of it; between two scripts nobody does.
    this.ended.catch(() => undefined);
  }

  tail(): string {
    return this.text;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.process.exitCode !== null || this.process.pid === undefined) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

/** An open file that is in no folder: whatever ends this process or the machine, nothing stays behind. */
function namelessFile(bytes: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'rootline-guest-'));
  try {
    const path = join(folder, 'initrd');
    writeFileSync(path, bytes);
    return openSync(path, 'r');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The guest's shells: each is a connection that the guest opened and that waits for one script. */
class Shells {
  private readonly server: Server;
  private readonly idle: Socket[] = [];
  private readonly waiting: ((socket: Socket) => void)[] = [];
  private readonly sockets = new Set<Socket>();
  readonly ready: Promise<void>;

  private constructor(server: Server) {
    this.server = server;
    this.ready = once(server, 'connection').then(() => undefined);
    server.on('connection', (socket) => this.came(socket));
  }

  static async listen(): Promise<Shells> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Shells(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async run(script: string): Promise<ScriptResult> {
    const socket = await this.shell();
    const mark = randomBytes(8).toString('hex');
    let output = '';
    socket.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const limit = setTimeout(() => socket.destroy(), SCRIPT_MS);
    socket.write(command(script, mark));
    await once(socket, 'close');
    clearTimeout(limit);
    const end = output.lastIndexOf(mark);
    if (end < 0) throw new Error(`a script did not end:\n${script}\nit said:\n${output}`);
    return { code: Number(output.slice(end + mark.length)), output: output.slice(0, end) };
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private came(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('end', () => socket.end());
    socket.once('close', () => this.sockets.delete(socket));
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(socket);
    else next(socket);
  }

  private shell(): Promise<Socket> {
    const socket = this.idle.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** One line, whatever is in the script; what the script reads from is not the connection. */
function command(script: string, mark: string): string {
  const encoded = Buffer.from(`. /run/rootline.sh\nset -e\n${script}\n`).toString('base64');
  const file = `/tmp/${mark}.sh`;
  return `echo ${encoded} | base64 -d > ${file}; sh ${file} </dev/null 2>&1; echo ${mark}$?; exit\n`;
}

function machineArguments(kernel: string, initrd: string): string[] {
  return [
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '1', '-m', String(MEMORY_MB)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
    ...['-kernel', kernel, '-initrd', initrd],
    ...['-append', 'console=ttyS0 quiet panic=-1 tsc=nowatchdog mitigations=off'],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=root,mount_tag=root'],
  ];
}

/** The guest's first program: modules, network, this machine's root, and the shells. */
function initScript(port: number): string {
  return `#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sysfs /sys; $b mount -t devtmpfs dev /dev
while read -r module; do $b insmod /modules/$module || echo "no $module"; done < /modules/order
$b ip link set lo up; $b ip link set eth0 up; $b ip addr add 10.0.2.15/24 dev eth0
$b mount -t 9p -o trans=virtio,ro,version=9p2000.L,cache=loose,msize=262144 root /root || echo "no root"
for folder in proc sys dev; do $b mount --move /$folder /root/$folder; done
$b mount --bind /root /host
for folder in tmp run; do $b mount -t tmpfs tmpfs /root/$folder; done
${uncovered(process.cwd())}
$b mkdir -p /root/dev/pts /root/dev/shm; $b mount -t devpts devpts /root/dev/pts
$b cat > /root/run/rootline.sh <<'END'
${GUEST_FUNCTIONS}
END
$b cat > /root/run/shell <<'END'
while busybox nc ${HOST_IN_GUEST} ${port} -e /bin/sh; do :; done
busybox reboot -f
END
$b cat > /root/run/start <<'END'
for shell in ${Array.from({ length: SHELLS }, (_, index) => index).join(' ')}; do sh /run/shell & done
while true; do sleep 1000; done
END
exec $b chroot /root /bin/sh /run/start
`;
}

/** A repository that is itself below /tmp or /run is under what the guest put there: it is laid on top again. */
function uncovered(folder: string): string {
  if (!/^\/(tmp|run)\//.test(folder)) return '';
  return `$b mkdir -p /root${folder}; $b mount --bind /host${folder} /root${folder}`;
}

/** What every script has. */
const GUEST_FUNCTIONS = `export PATH=${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp
cd ${process.cwd()}
until_says() { until_true grep -q "$2" "$1" || { echo "no $2 in $1:"; cat "$1"; return 1; }; }
until_true() { end=$(($(date +%s)+50)); until "$@"; do [ $(date +%s) -lt $end ] || return 1; sleep 0.1; done; }
usb_devices() { for d in /sys/bus/usb/devices/[0-9]*-[0-9]*; do case $d in *:*) ;; *) echo "\${d##*/}" "$(cat $d/devnum)";; esac; done; }
attach() {
  usb_devices > /tmp/before.$$
  usbip --tcp-port "$1" attach -r ${HOST_IN_GUEST} -b "\${2:-1-1}" >/tmp/attach.$$ 2>&1 || { cat /tmp/attach.$$; return 1; }
  until_true new_device || return 1
  cat /tmp/new.$$
}
bus_empty() { usb_devices 2>/dev/null | cut -d' ' -f1 > /tmp/bus.$$; ! grep -q '^[0-9]*-[0-9]*$' /tmp/bus.$$; }
new_device() { usb_devices | grep -vxFf /tmp/before.$$ | cut -d' ' -f1 > /tmp/new.$$; [ -s /tmp/new.$$ ]; }
keep_attached() {
  while :; do usbip --tcp-port "$1" attach -r ${HOST_IN_GUEST} -b "\${2:-1-1}" || true; sleep 0.2; done >/dev/null 2>&1 &
  keepers="$keepers $!"
  trap 'kill $keepers' EXIT
}`;
