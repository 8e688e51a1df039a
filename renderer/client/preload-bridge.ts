import type { Bridge, PreloadBridge } from './bridge.ts';

/** Electron's carrier: in one process tree, so the line is always open. */
export function preloadBridge(preload: PreloadBridge): Bridge {
  return {
    call: (channel, request) => preload.call(channel, request),
    subscribe: (listener) => preload.subscribe(listener),
    watch: (listener) => {
      listener('open');
      return () => undefined;
    },
    reconnect: () => undefined,
  };
}
