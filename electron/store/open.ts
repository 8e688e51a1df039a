import type { AuditRepository, Store } from './api.ts';
import { emptyHead } from './repositories/audit.ts';
import type { Reads, Writes } from './repositories/index.ts';
import { StoreThread } from './store-thread.ts';

export interface StoreOptions {
  /** Made when missing, mode 0700. */
  dataDir: string;
  /** The threads' script: the bundler's output there, worker.ts beside this file otherwise. */
  worker?: URL;
  /** Upper bound of the database, pages of 4096 bytes. Default: what the disk allows. */
  maxPages?: number;
}

type Remote<Repositories> = {
  [R in keyof Repositories]: {
    [M in keyof Repositories[R]]: Repositories[R][M] extends (...args: infer A) => infer V
      ? (...args: A) => Promise<V>
      : never;
  };
};

/** Turns `repository.method(args)` into a call of the thread; the types come from what the thread runs. */
function remote<Repositories>(thread: StoreThread): Remote<Repositories> {
  const repository = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            thread.call(name, String(method), args),
      },
    );
  return new Proxy({}, { get: (_, name) => repository(String(name)) }) as Remote<Repositories>;
}

/** Entries per slice: other reads get their turn between slices. */
const VERIFY_SLICE = 5000;

async function verify(read: Remote<Reads>): Promise<number | null> {
  let head = emptyHead;
  for (;;) {
    const slice = await read.audit.verifySlice(head, VERIFY_SLICE);
    if (slice.done) return slice.broken;
    head = slice.head;
  }
}

function compose(read: Remote<Reads>, write: Remote<Writes>): Omit<Store, 'close'> {
  const { people, jobs, batches, runs, units, certificates, keys, settings } = read;
  const { outbox, inbox, onboarding } = read;
  const audit: AuditRepository = {
    append: write.audit.append,
    addCheckpoint: write.audit.addCheckpoint,
    head: read.audit.head,
    page: read.audit.page,
    lastCheckpoint: read.audit.lastCheckpoint,
    verify: () => verify(read),
  };
  return {
    people: { ...pick(people, 'list', 'get', 'byBadge'), ...pick(write.people, 'put', 'noteAttempt') },
    jobs: { list: jobs.list, get: jobs.get, put: write.jobs.put },
    batches: {
      ...pick(batches, 'list', 'get', 'totals'),
      ...pick(write.batches, 'open', 'setState', 'setExport'),
    },
    runs: {
      ...pick(runs, 'unfinished', 'get', 'journal', 'measurements', 'phaseSeconds'),
      ...pick(write.runs, 'begin', 'identified', 'intent', 'evidence', 'enrolled', 'finish'),
    },
    units: {
      ...pick(units, 'search', 'get', 'passedOfBatch', 'runsOfBatch', 'record'),
      putRecord: write.units.putRecord,
    },
    certificates: { ofRun: certificates.ofRun, add: write.certificates.add },
    audit,
    keys: { get: keys.get, list: keys.list, put: write.keys.put },
    settings: { get: settings.get, set: write.settings.set },
    outbox: {
      ...pick(outbox, 'state', 'page', 'at', 'waitingByKind'),
      ...pick(write.outbox, 'acknowledge', 'beginEpoch', 'addOnboarding', 'addCrl'),
    },
    inbox: {
      ...pick(inbox, 'applied', 'received', 'revocation', 'revocations', 'revokedHead'),
      ...pick(write.inbox, 'apply', 'reset'),
    },
    onboarding: {
      ...pick(onboarding, 'targets', 'counts', 'dead', 'nextDue'),
      ...pick(write.onboarding, 'putTarget', 'removeTarget', 'claim', 'settle', 'retry', 'again'),
    },
  };
}

/** A proxy has no own keys to spread: the names are given. */
function pick<T, K extends keyof T>(from: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
}

/**
 * Opens the station's database in two threads, a writer and a read-only reader, so that no list ever holds up a
 * journal entry. Rejects with StoreError: `second-start`, `newer-database`, `disk-full`, `corrupt`, `io`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, maxPages = null, worker = new URL('./worker.ts', import.meta.url) } = options;
  const writer = await StoreThread.start(worker, { mode: 'write', dataDir, maxPages });
  try {
    const reader = await StoreThread.start(worker, { mode: 'read', dataDir, maxPages });
    const close = async (): Promise<void> => {
      await reader.close();
      await writer.close();
    };
    return { ...compose(remote<Reads>(reader), remote<Writes>(writer)), close };
  } catch (error) {
    await writer.close();
    throw error;
  }
}
