import { execFileSync } from 'node:child_process';
import { close, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';

interface NativePty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
}

/** How long a full terminal is left alone before the next attempt: the kernel has no event for it on this side. */
const RETRY_MS = 2;

/** The master side of a raw pseudo-terminal that stays usable while tools open and close it. */
export interface PseudoTerminal {
  /** `/dev/pts/N`, for any program. */
  readonly path: string;
  write(bytes: Uint8Array): void;
  /** Bits per second that the other side has set, as the system holds it. */
  rate(): number;
  /** Bytes that nobody has read yet are dropped. */
  discardPending(): void;
  /** Hangs up: whoever has it open sees the port vanish. */
  close(): void;
}

/**
 * Opens a pseudo-terminal. One slave descriptor stays open here, or the master would read EIO between two tools; raw
 * mode is set at once, so that a tool which sets nothing sees plain bytes too.
 */
export function openPseudoTerminal(receive: (bytes: Uint8Array) => void): PseudoTerminal {
  const { master, slave, pty } = nativePty().open(80, 24);
  // libuv's own raw mode leaves ONLCR on, which turns every 0A of a frame into 0D 0A.
  execFileSync('stty', ['-F', pty, 'raw', '-echo']);
  const reader = new ReadStream(master);
  reader.on('data', (bytes: Buffer) => receive(bytes));
  // EIO after a hang-up; nothing is left to be done.
  reader.on('error', () => undefined);
  const writer = new Writer(master);
  return {
    path: pty,
    rate: () => Number(execFileSync('stty', ['-F', pty, 'speed'], { encoding: 'utf8' })),
    write: (bytes) => writer.write(bytes),
    discardPending: () => writer.discard(),
    close: () => {
      writer.stop();
      reader.destroy();
      close(slave);
    },
  };
}

/** The library keeps its native `open` behind a class that spawns; the binary itself is what is needed here. */
function nativePty(): NativePty {
  const require = createRequire(import.meta.url);
  const beside = createRequire(require.resolve('@lydell/node-pty'));
  return beside(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`) as NativePty;
}

/**
 * Writes straight to the non-blocking descriptor: a trip through the thread pool would cost more time than a frame
 * takes on the wire, and a tty stream stalls on bulk when the reader is slow.
 */
class Writer {
  private readonly fd: number;
  private queue: Uint8Array[] = [];
  private retry: NodeJS.Timeout | null = null;

  constructor(fd: number) {
    this.fd = fd;
  }

  write(bytes: Uint8Array): void {
    this.queue.push(bytes);
    if (this.retry === null) this.drain();
  }

  discard(): void {
    this.queue = [];
  }

  stop(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    this.queue = [];
  }

  private drain(): void {
    this.retry = null;
    for (let bytes = this.queue.shift(); bytes !== undefined; bytes = this.queue.shift()) {
      const written = this.writeSome(bytes);
      if (written === bytes.length) continue;
      this.queue.unshift(bytes.subarray(written));
      this.retry = setTimeout(() => this.drain(), RETRY_MS);
      return;
    }
  }

  private writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.fd, bytes);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
      throw error;
    }
  }
}
