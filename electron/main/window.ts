import { BrowserWindow, type Session } from 'electron';

/** The page's own origin under our privileged scheme. */
export const PAGE_ORIGIN = 'rootline://station';

/** One window, sandboxed: no Node in the page, no navigation, no new windows, no permissions. */
export function createWindow(preload: string, session: Session): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 1024,
    minHeight: 700,
    show: false,
    backgroundColor: '#0F1419',
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      session,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // A station that slows its timers down behind another window would look stuck.
      backgroundThrottling: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  denyNavigation(window);
  return window;
}

function denyNavigation(window: BrowserWindow): void {
  const { webContents } = window;
  const stayHome = (event: { preventDefault(): void }, url: string): void => {
    if (!url.startsWith(`${PAGE_ORIGIN}/`)) event.preventDefault();
  };
  webContents.on('will-navigate', (event) => stayHome(event, event.url));
  webContents.on('will-redirect', (event) => stayHome(event, event.url));
  webContents.on('will-frame-navigate', (event) => stayHome(event, event.url));
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Nothing the screen does needs a browser permission or a device from the browser. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
}
