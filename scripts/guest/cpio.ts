/** One thing of an initial root file system. Folders come before what is in them. */
export interface CpioEntry {
  path: string;
  /** Left out for a folder. */
  bytes?: Uint8Array;
}

const MAGIC = '070701';
const FOLDER = 0o040755;
const PROGRAM = 0o100755;
const END = 'TRAILER!!!';
const ALIGN = 4;

/** A "newc" archive, as the kernel unpacks it (Linux, Documentation/driver-api/early-userspace/buffer-format.rst). */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const all = entries.map((entry, index) => record(entry.path, index + 1, entry.bytes));
  return Buffer.concat([...all, record(END, 0, new Uint8Array(0))]);
}

function record(path: string, inode: number, bytes: Uint8Array | undefined): Buffer {
  const name = Buffer.from(`${path}\0`);
  const mode = bytes === undefined ? FOLDER : PROGRAM;
  const size = bytes?.length ?? 0;
  // inode, mode, owner, group, links, time, size, device (2), device of a node (2), name's length, check.
  const fields = [inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length, 0];
  const head = MAGIC + fields.map((value) => value.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([
    aligned(Buffer.concat([Buffer.from(head), name])),
    aligned(bytes ?? Buffer.alloc(0)),
  ]);
}

function aligned(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGN - (bytes.length % ALIGN)) % ALIGN)]);
}
