import { contextBridge, ipcRenderer } from 'electron';

/** Names of the two IPC channels; the contract's own channel names travel inside. */
const CALL = 'rootline:call';
const EVENT = 'rootline:event';

// The one object a page sees. No logic: the main process checks sender, size, schema, session and role.
contextBridge.exposeInMainWorld('rootline', {
  call: (channel: unknown, request: unknown): Promise<unknown> => ipcRenderer.invoke(CALL, channel, request),
  subscribe: (listener: (topic: unknown, payload: unknown) => void): (() => void) => {
    const forward = (_event: unknown, topic: unknown, payload: unknown): void => listener(topic, payload);
    ipcRenderer.on(EVENT, forward);
    return () => ipcRenderer.removeListener(EVENT, forward);
  },
});
