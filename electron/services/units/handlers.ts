import type { HandlersOf } from '#contract/contract.ts';
import type { Store } from '#store/api.ts';
import { exportUnits } from './export-units.ts';
import { unitDetail, type UnitReads } from './unit-detail.ts';

export interface UnitParts {
  store: UnitReads & Pick<Store, 'audit'>;
  exportsFolder: string;
}

/** Finding units, one unit in full, and what is found as CSV. */
export function createUnitHandlers({
  store,
  exportsFolder,
}: UnitParts): HandlersOf<'units.search' | 'units.get' | 'units.export'> {
  return {
    'units.search': ({ filter, after, limit }) => store.units.search({ ...filter, after, limit }),
    'units.get': ({ unitId }) => unitDetail(store, unitId),
    async 'units.export'({ filter }, { session }) {
      const made = await exportUnits(store.units, filter, exportsFolder);
      const actor = session?.person.id ?? 'station';
      await store.audit.append({
        actor,
        action: 'units.export',
        subject: made.file,
        body: { rows: made.rows },
      });
      return made;
    },
  };
}
