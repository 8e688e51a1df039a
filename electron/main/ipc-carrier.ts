import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import { publicTopics } from '#contract/topics.ts';
import { badSender } from '#services/dispatch/refusals.ts';
import type { RunningStation } from '#compose/running-station.ts';
import { PAGE_ORIGIN } from './window.ts';

/** The one window is one connection: a reload keeps whoever is signed in. */
const CONNECTION = 'window';

/** The IPC carrier: the same gate as the web host, after the sender has been checked. */
export function attachIpc(window: BrowserWindow, station: RunningStation): void {
  ipcMain.handle('rootline:call', async (event, channel: unknown, request: unknown) => {
    if (!isOwnPage(window, event)) return { ok: false, error: badSender() };
    // JSON.stringify answers undefined for undefined; an absent request is refused by every schema.
    const bytes = Buffer.byteLength(JSON.stringify(request ?? null));
    return station.dispatch({ channel, request, bytes, connection: CONNECTION });
  });
  const unsubscribe = station.subscribe((topic, payload, only) => {
    if (only !== undefined && only !== CONNECTION) return;
    if (!publicTopics.includes(topic) && station.sessionOf(CONNECTION) === null) return;
    if (!window.isDestroyed()) window.webContents.send('rootline:event', topic, payload);
  });
  window.on('closed', unsubscribe);
}

/** Main frame of our window, showing our page: anything else is refused. */
function isOwnPage(window: BrowserWindow, event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === window.webContents.mainFrame && frame.url.startsWith(`${PAGE_ORIGIN}/`);
}
