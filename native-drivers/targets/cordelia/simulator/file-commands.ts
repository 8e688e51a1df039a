import { BASE64, FILE_NOT_FOUND, FILE_SIZE } from '../at/constants.ts';
import type { CordeliaPart, StoredFile } from './part.ts';

/** Assumed: the vendor's documents at hand name one code; these are of the same kind. */
export const FILE_ERROR = {
  notFound: FILE_NOT_FOUND,
  exists: -10_335,
  invalid: -10_341 - 1,
  full: -10_346,
} as const;
/** Assumed: room for files in the module's flash, bytes. */
const ROOM = 512 * 1024;

/** What the file system gives out room in, bytes: as the maker's list of files counts it. */
const BLOCK = 4096;

export type FileAnswer = { lines: string[] } | { error: number };
const refused = (error: number): FileAnswer => ({ error });

/** Files of the module: open by number, written and read in pieces, base64. */
export class FileCommands {
  private readonly part: CordeliaPart;
  private readonly open = new Map<string, { name: string; file: StoredFile; writable: boolean }>();
  private nextId = 363_990_529;

  constructor(part: CordeliaPart) {
    this.part = part;
  }

  /** Null: not a command of files. */
  answer(command: string, args: readonly string[]): FileAnswer | null {
    switch (command) {
      case 'fileopen':
        return this.openFile(args);
      case 'filewrite':
        return this.write(args);
      case 'fileread':
        return this.read(args);
      case 'fileclose':
        return this.open.delete(args[0] ?? '') ? { lines: [] } : refused(FILE_ERROR.invalid);
      case 'filedel':
        return this.part.files.delete(args[0] ?? '') ? { lines: [] } : refused(FILE_ERROR.notFound);
      case 'filegetfilelist':
        return { lines: [...this.part.files].map(entryOf) };
      default:
        return null;
    }
  }

  private openFile([name = '', mode = '', size = '']: readonly string[]): FileAnswer {
    const flags = mode.toUpperCase().split('|');
    const found = this.part.files.get(name);
    if (flags.includes('CREATE')) return this.create(name, Number(size), flags.includes('OVERWRITE'));
    if (found === undefined) return refused(FILE_ERROR.notFound);
    return this.handle(name, found, flags.includes('WRITE'));
  }

  private create(name: string, size: number, overwrite: boolean): FileAnswer {
    if (this.part.files.has(name) && !overwrite) return refused(FILE_ERROR.exists);
    if (name === '' || !(size >= 0) || size > FILE_SIZE.most) return refused(FILE_ERROR.invalid);
    const used = [...this.part.files.values()].reduce((sum, file) => sum + file.size, 0);
    if (used + size > ROOM) return refused(FILE_ERROR.full);
    const file = { size: Math.max(size, FILE_SIZE.least), bytes: new Uint8Array(0) };
    this.part.files.set(name, file);
    return this.handle(name, file, true);
  }

  private handle(name: string, file: StoredFile, writable: boolean): FileAnswer {
    const id = String(this.nextId++);
    this.open.set(id, { name, file, writable });
    return { lines: [`+fileopen:${id},0`] };
  }

  private write([id = '', offset = '', format = '', length = '', ...rest]: readonly string[]): FileAnswer {
    const entry = this.open.get(id);
    const text = rest.join(',');
    if (entry?.writable !== true || text.length !== Number(length)) return refused(FILE_ERROR.invalid);
    const data = Number(format) === BASE64 ? Buffer.from(text, 'base64') : Buffer.from(text, 'utf8');
    const at = Number(offset);
    const { file } = entry;
    if (!(at >= 0) || at + data.length > file.size) return refused(FILE_ERROR.full);
    const bytes = new Uint8Array(Math.max(file.bytes.length, at + data.length));
    bytes.set(file.bytes);
    bytes.set(data, at);
    file.bytes = bytes;
    // Characters of the command, not bytes of the file: the maker's driver goes on behind them.
    return { lines: [`+filewrite:${length}`] };
  }

  private read([id = '', offset = '', format = '', count = '']: readonly string[]): FileAnswer {
    const file = this.open.get(id)?.file;
    if (file === undefined) return refused(FILE_ERROR.invalid);
    const piece = Buffer.from(file.bytes.subarray(Number(offset), Number(offset) + Number(count)));
    const text = piece.toString(Number(format) === BASE64 ? 'base64' : 'utf8');
    // Of the text likewise: the maker's driver decodes so many characters.
    const length = Number(format) === BASE64 ? text.length : piece.length;
    return { lines: [`+fileread:${format},${length},${text}`] };
  }
}

/** Name, size that it was made with, properties, blocks ([SDK], ATFile). */
const entryOf = ([name, { size }]: readonly [string, StoredFile]): string =>
  `+filegetfilelist:${name},${size},not_failsafe|public_write|public_read,${Math.ceil(size / BLOCK)}`;
