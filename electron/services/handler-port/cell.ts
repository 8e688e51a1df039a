import type { BatchView } from '#contract/batches.ts';
import type { SiteView } from '#contract/sites.ts';

/**
 * What an automatic handler may see and do of the station: start a part that it has put in, read where it belongs, say
 * that it is out. It opens no batch, reads nothing back and acknowledges nothing: those are people's.
 */
export interface Cell {
  /** Name of the station. */
  readonly name: string;
  sites(): readonly SiteView[];
  /** Throws AppError `site-missing`. */
  site(id: string): SiteView;
  /** Begins a run booked on whoever works on the batch. Throws AppError where the site or the batch does not allow it. */
  start(id: string): Promise<void>;
  /** Honoured between irreversible steps. */
  stop(id: string): void;
  /** The part is out. Throws AppError `site-not-cleared` where the fixture sees it. */
  clear(id: string): void;
  batch(): BatchView | null;
  /** Each change of a site; returns the remover. */
  onSite(listener: (site: SiteView) => void): () => void;
}

/** A fixture that sees its parts starts them by itself: within this time of being seen, milliseconds. */
const STARTING_MS = 1000;

/**
 * Starts the part that is in. One that its fixture has started already, or is just starting, is what was asked for. Throws
 * AppError where site or batch do not allow it.
 */
export async function startPart(cell: Cell, id: string): Promise<void> {
  if (cell.site(id).state === 'running') return;
  try {
    await cell.start(id);
  } catch (error) {
    if (!isBefore(cell.site(id)) || !(await runsSoon(cell, id))) throw error;
  }
}

/** The contact may report later than the handler, which has just put the part in. */
const isBefore = ({ state }: SiteView): boolean => state === 'empty' || state === 'ready';

function runsSoon(cell: Cell, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (runs: boolean): void => {
      clearTimeout(timer);
      remove();
      resolve(runs);
    };
    const look = (site: SiteView): void => {
      if (site.id === id && !isBefore(site)) finish(site.run !== null);
    };
    const timer = setTimeout(() => finish(false), STARTING_MS);
    const remove = cell.onSite(look);
    look(cell.site(id));
  });
}
