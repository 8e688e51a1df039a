import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a station keeps its data when nobody says otherwise: the platform's own place for it. */
export function dataFolder(given: string | undefined): string {
  if (given !== undefined) return resolve(given);
  const home = homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'Rootline');
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Rootline');
  return join(process.env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'rootline');
}
