import { spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const CHROMIUM = {
  linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
} as Record<string, string[]>;

const FALLBACK = { linux: ['xdg-open'], darwin: ['open'], win32: ['explorer.exe'] } as Record<
  string,
  string[]
>;

/**
 * Opens the link as an app window of a Chromium-family browser, else in the default browser. The link goes through a
 * file that only this user may read: a command line, which every user of the machine can list, never holds the token.
 */
export function openInBrowser(link: string, dataDir: string): void {
  const page = join(dataDir, 'open-station.html');
  writeFileSync(page, `<!doctype html><meta http-equiv="refresh" content="0;url=${link}">`, { mode: 0o600 });
  const url = pathToFileURL(page).href;
  const browser = (CHROMIUM[process.platform] ?? []).find(isThere);
  const command =
    browser === undefined ? FALLBACK[process.platform] : [browser, `--app=${url}`, '--window-size=1280,800'];
  const [program, ...rest] = command ?? [];
  if (program === undefined) return;
  const args = browser === undefined ? [url] : rest;
  const child = spawn(program, args, { detached: true, stdio: 'ignore' });
  // The link stands in the terminal: a browser that does not open is no failure of the station.
  child.on('error', () => undefined);
  child.unref();
}

function isThere(program: string): boolean {
  if (process.platform !== 'linux') return existsSync(program);
  return spawnSync('which', [program], { stdio: 'ignore' }).status === 0;
}
