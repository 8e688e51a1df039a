import type { SiteConfig } from '#services/sites/site-config.ts';
import type { BenchSite } from './bench-process.ts';

/** Columns of the drawn fixture: the bench labels its sites A1..A4, B1..B4 and so on. */
const label = /^([A-Z]+)(\d+)$/;

/** The virtual bench's sites as the station configures them. */
export function virtualSites(sites: BenchSite[]): SiteConfig[] {
  return sites.map(({ id, link, control }) => ({
    site: id,
    ...place(id),
    link: { path: link, control: { kind: 'bench', socket: control } },
    target: 'ra8m1',
    programmer: 'Virtual bench',
    virtual: true,
  }));
}

function place(id: string): { row: number; column: number } {
  const [, letters = 'A', number = '1'] = label.exec(id) ?? [];
  const row = Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { row, column: Number(number) - 1 };
}
