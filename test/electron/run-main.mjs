// Loads the built main and preload with the stand-in for `electron`, then prints what they asked Electron for.
import { fork } from 'node:child_process';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = process.env.ROOTLINE_APP_PATH;
const standIn = pathToFileURL(join(import.meta.dirname, 'electron-stand-in.mjs')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

globalThis.rootlineFork = (module, args, options) => {
  const stdio = options.stdio === 'pipe' ? ['pipe', 'pipe', 'inherit', 'ipc'] : ['ignore', 2, 2, 'ipc'];
  const child = fork(module, args, { serialization: 'advanced', execArgv: [], stdio });
  return Object.assign(child, { postMessage: (message) => child.connected && child.send(message) });
};

const loaded = new Promise((resolve) => (globalThis.rootlineLoaded = resolve));
await import(pathToFileURL(join(root, 'dist', 'electron', 'main.mjs')).href);
await loaded;
createRequire(import.meta.url)(join(root, 'dist', 'electron', 'preload.cjs'));
const log = globalThis.rootlineElectronLog;

const prevented = (name, url) => {
  let stopped = false;
  const event = { url, preventDefault: () => (stopped = true) };
  for (const handler of log.handlers[name] ?? []) handler(event, url);
  return stopped;
};
const page = async (url, method = 'GET') => {
  const response = await log.handlers['protocol.rootline'](new Request(url, { method }));
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
};
const call = (frame, channel, request) =>
  log.handlers['ipc.rootline:call']({ senderFrame: frame }, channel, request);
const ownFrame = log.window.mainFrame;

let permission = null;
log.handlers.permissionRequest(null, 'media', (granted) => (permission = granted));
const report = {
  webPreferences: log.windows[0].webPreferences,
  windows: log.windows.length,
  calls: log.calls.map(([name, first]) => [name, typeof first === 'string' ? first : null]),
  schemes: log.calls.find(([name]) => name === 'registerSchemes')?.[1],
  navigation: {
    elsewhere: prevented('webContents.will-navigate', 'https://example.org/'),
    file: prevented('webContents.will-navigate', 'file:///etc/passwd'),
    lookalike: prevented('webContents.will-navigate', 'rootline://station.evil/'),
    own: prevented('webContents.will-navigate', 'rootline://station/#/units'),
    frame: prevented('webContents.will-frame-navigate', 'https://example.org/'),
    redirect: prevented('webContents.will-redirect', 'https://example.org/'),
    webview: prevented('webContents.will-attach-webview', ''),
    download: prevented('session.will-download', ''),
  },
  windowOpen: log.handlers.windowOpen({ url: 'https://example.org' }),
  permission,
  permissionCheck: log.handlers.permissionCheck(null, 'serial'),
  devicePermission: log.handlers.devicePermission({ deviceType: 'usb' }),
  page: await page('rootline://station/'),
  outside: await page('rootline://station/../../package.json'),
  otherHost: await page('rootline://elsewhere/'),
  posted: await page('rootline://station/', 'POST'),
  exposed: Object.fromEntries(
    Object.entries(log.exposed).map(([name, value]) => [name, Object.keys(value).sort()]),
  ),
  own: await call(ownFrame, 'station.get', {}),
  foreignFrame: await call({ url: 'https://example.org/' }, 'station.get', {}),
  childFrame: await call({ url: 'rootline://station/' }, 'station.get', {}),
  noFrame: await call(null, 'station.get', {}),
  notSignedIn: await call(ownFrame, 'jobs.list', {}),
  malformed: await call(ownFrame, 'session.signIn', { personId: 7 }),
};
const sent = await log.exposed.rootline.call('x', {});
process.stdout.write(`${JSON.stringify({ ...report, bridged: sent })}\n`);
const { app } = await import(standIn);
app.quit = () => process.exit(0);
app.emit('window-all-closed');
