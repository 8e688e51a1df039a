import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { DriverError } from '../core/errors.ts';
import type { DriverErrorCode } from '../core/errors.ts';
import { listPorts } from './ports.ts';

/**
 * Why a port did not open. The serial library reports a text only, so the system is asked: an error number on POSIX,
 * the list of ports elsewhere. A port that can be opened here, but not exclusively, is held by someone else.
 */
export async function openError(path: string, cause: unknown): Promise<DriverError> {
  const { code, errno } = process.platform === 'win32' ? await fromList(path) : await fromSystem(path);
  const what = code === 'port-missing' ? 'There is no such port.' : 'Another program holds the port.';
  return new DriverError(code, what, { chip: 'untouched', context: { path, errno }, cause });
}

interface Verdict {
  code: DriverErrorCode;
  errno: string;
}

async function fromSystem(path: string): Promise<Verdict> {
  try {
    await (await open(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY)).close();
    return { code: 'port-busy', errno: 'locked' };
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const missing = ['ENOENT', 'ENXIO', 'ENODEV', 'EIO', 'ELOOP', 'ENOTDIR'].includes(errno);
    return { code: missing ? 'port-missing' : 'port-busy', errno };
  }
}

async function fromList(path: string): Promise<Verdict> {
  const known = (await listPorts()).some((port) => port.path.toUpperCase() === path.toUpperCase());
  return { code: known ? 'port-busy' : 'port-missing', errno: 'list' };
}
