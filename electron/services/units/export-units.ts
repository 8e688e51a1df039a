import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request } from '#contract/contract.ts';
import type { UnitRow } from '#contract/units.ts';
import { csvLine } from '#services/records/csv.ts';
import type { Store } from '#store/api.ts';

type Filter = Request<'units.export'>['filter'];

const PAGE = 200;
const columns = [
  ...['id', 'chip_uid', 'device_id', 'certificate_serial', 'outcome', 'failure'],
  ...['batch_id', 'lot', 'site', 'attempts', 'at'],
];

function lineOf(row: UnitRow): string {
  const { id, chipUid, deviceId, serial, outcome, failure, batchId, lot, site, attempts, at } = row;
  return csvLine([id, chipUid, deviceId, serial, outcome, failure, batchId, lot, site, attempts, at]);
}

async function* pagesOf(units: Store['units'], filter: Filter): AsyncGenerator<UnitRow[]> {
  for (let after: string | null = null; ;) {
    const { rows, cursor } = await units.search({ ...filter, after, limit: PAGE });
    yield rows;
    if (cursor === null) return;
    after = cursor;
  }
}

/** `units-2026-11-23T14-52-11-123Z.csv`: no colon, so that every file system takes it. */
const fileName = () => `units-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.csv`;

/** Writes what a filter shows as CSV, a page at a time; the file has its name only once it is whole. */
export async function exportUnits(
  units: Store['units'],
  filter: Filter,
  folder: string,
): Promise<{ file: string; rows: number }> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, fileName());
  const temporary = `${file}.part`;
  let count = 0;
  const handle = await open(temporary, 'wx');
  try {
    await handle.write(csvLine(columns));
    for await (const rows of pagesOf(units, filter)) {
      await handle.write(rows.map(lineOf).join(''));
      count += rows.length;
    }
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
    return { file, rows: count };
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}
