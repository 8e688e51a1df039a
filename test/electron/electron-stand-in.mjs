// Stands in for the `electron` module where the built main and preload are loaded by plain Node: it records what they
// set and calls nothing. What it records is printed as one line of JSON when `rootline-settled` is asked for.
import { EventEmitter } from 'node:events';

const log = { calls: [], handlers: {}, windows: [], exposed: {} };
globalThis.rootlineElectronLog = log;
const note = (name, ...args) => log.calls.push([name, ...args]);
const listen = (target, name) => (event, listener) => {
  (log.handlers[`${target}.${event}`] ??= []).push(listener);
  note(`${target}.${name}`, event);
};

const fakeSession = {
  protocol: { handle: (scheme, handler) => (log.handlers[`protocol.${scheme}`] = handler) },
  setPermissionRequestHandler: (handler) => (log.handlers.permissionRequest = handler),
  setPermissionCheckHandler: (handler) => (log.handlers.permissionCheck = handler),
  setDevicePermissionHandler: (handler) => (log.handlers.devicePermission = handler),
  on: listen('session', 'on'),
};

export class BrowserWindow {
  constructor(options) {
    log.windows.push(options);
    this.mainFrame = { url: 'rootline://station/' };
    this.webContents = {
      mainFrame: this.mainFrame,
      on: listen('webContents', 'on'),
      setWindowOpenHandler: (handler) => (log.handlers.windowOpen = handler),
      send: (...args) => note('send', ...args),
    };
    log.window = this;
  }
  once() {}
  on() {}
  isDestroyed() {
    return false;
  }
  loadURL(url) {
    note('loadURL', url);
    globalThis.rootlineLoaded?.();
    return Promise.resolve();
  }
}

export const app = Object.assign(new EventEmitter(), {
  isPackaged: false,
  enableSandbox: () => note('enableSandbox'),
  whenReady: () => Promise.resolve(),
  requestSingleInstanceLock: () => true,
  getAppPath: () => process.env.ROOTLINE_APP_PATH,
  getVersion: () => '0.0.0',
  quit: () => note('quit'),
  exit: (code) => process.exit(code),
});
export const protocol = { registerSchemesAsPrivileged: (schemes) => note('registerSchemes', schemes) };
export const session = { fromPartition: (name) => (note('partition', name), fakeSession) };
export const dialog = { showErrorBox: (title, text) => process.stderr.write(`${title}\n${text}\n`) };
export const ipcMain = { handle: (name, handler) => (log.handlers[`ipc.${name}`] = handler) };
export const contextBridge = { exposeInMainWorld: (name, value) => (log.exposed[name] = value) };
export const ipcRenderer = {
  invoke: (...args) => (note('invoke', ...args), Promise.resolve('answered')),
  on: (...args) => note('ipcRenderer.on', args[0]),
  removeListener: (...args) => note('ipcRenderer.removeListener', args[0]),
};

// A utility process of Electron, played by a forked Node: same messages, same exit.
export const utilityProcess = {
  fork(module, args, options) {
    note('utilityProcess.fork', module, args);
    return globalThis.rootlineFork(module, args, options);
  },
};
