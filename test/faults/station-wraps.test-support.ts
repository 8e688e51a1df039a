import type { DriverHost } from '#drivers/core/host-api.ts';
import type { StationDeps } from '#services/station/station.ts';

/** The same driver process with some of its methods replaced: what a real one could do, at the moment a test needs it. */
export const withDrivers =
  (change: (drivers: DriverHost) => Partial<DriverHost>) =>
  (deps: StationDeps): StationDeps => ({
    ...deps,
    drivers: Object.create(
      deps.drivers,
      Object.getOwnPropertyDescriptors(change(deps.drivers)),
    ) as DriverHost,
  });

/** The same store with some methods of its runs or batches replaced. */
export const withStore =
  (change: (store: StationDeps['store']) => Partial<StationDeps['store']>) =>
  (deps: StationDeps): StationDeps => ({ ...deps, store: { ...deps.store, ...change(deps.store) } });

/** A fixture whose socket has no contact: nobody is told whether a part is in. */
export const withoutPresence = withDrivers((drivers) => ({
  openSite: async (...args) => ({ ...(await drivers.openSite(...args)), part: null }),
  onEvent: (listener) =>
    drivers.onEvent((event) => {
      if (event.type !== 'presence') listener(event);
    }),
}));
