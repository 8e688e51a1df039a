import type { HandlersOf } from '#contract/contract.ts';
import type { SyncParts } from '#services/sync/sync-parts.ts';
import { readLocal } from '#services/sync/connection.ts';
import { courierPlaces } from './places.ts';
import type { Courier } from './courier.ts';
import { told } from './courier-error.ts';

type CourierChannel =
  | 'courier.list'
  | 'courier.places'
  | 'courier.write'
  | 'courier.read'
  | 'courier.cancel'
  | 'courier.frames'
  | 'courier.frame';

/** The courier's use-cases for a screen. */
export function createCourierHandlers(
  courier: Courier,
  sync: Pick<SyncParts, 'store'>,
): HandlersOf<CourierChannel> {
  return {
    'courier.list': async () => ({ transfers: await courier.transfers() }),
    'courier.places': async () => ({ places: await courierPlaces((await readLocal(sync)).courierFolder) }),
    'courier.write': ({ folder, goOn }) => told(courier.write(folder, goOn)),
    'courier.read': ({ folder }) => told(courier.read(folder)),
    async 'courier.cancel'() {
      await courier.cancel();
      return { done: true };
    },
    'courier.frames': async () => ({ frames: await told(courier.frames()) }),
    'courier.frame': ({ text }) => told(courier.frame(text)),
  };
}
