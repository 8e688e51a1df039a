import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY_MB = 512;
const MOST_CONSOLE_CHARACTERS = 64_000;

/** The virtual machine and its console. */
export class Machine {
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
