import type { Device } from '../connector.ts';
import type {
  Claim,
  DeadItem,
  OnboardingStore,
  Reason,
  Settlement,
  StartsAgain,
  WorkAction,
  WorkCounts,
  WorkState,
} from './store.ts';

interface Item {
  id: string;
  targetId: string;
  action: WorkAction;
  state: WorkState;
  attempts: number;
  dueAt: number;
  token: string | null;
  reason: Reason | null;
  device: Device;
}

type Ids = readonly string[] | 'all';

/** The rules of `OnboardingStore` in the fewest words, for tests of the queue; nothing outlives the process. */
export class InMemoryOnboarding implements OnboardingStore, StartsAgain {
  readonly #items = new Map<string, Item>();
  #claims = 0;

  async add(targetId: string, devices: readonly Device[]): Promise<number> {
    return this.#wantEach(targetId, 'register', devices);
  }

  async revoke(targetId: string, devices: readonly Device[]): Promise<number> {
    return this.#wantEach(targetId, 'revoke', devices);
  }

  async claim(targetId: string, limit: number, leaseMs: number, now: number): Promise<Claim[]> {
    const due = this.#open(targetId).filter((item) => item.dueAt <= now);
    const ordered = [...due.filter(isRevocation), ...due.filter((item) => !isRevocation(item))];
    return Promise.resolve(ordered.slice(0, limit).map((item) => this.#take(item, now + leaseMs)));
  }

  async settle(results: readonly Settlement[]): Promise<number> {
    return Promise.resolve(results.filter((result) => this.#settle(result)).length);
  }

  async again(targetId: string): Promise<number> {
    const done = this.#of(targetId).filter((item) => item.state === 'registered' || item.state === 'revoked');
    for (const item of done) this.#want(targetId, item.action, item.device);
    return Promise.resolve(done.length);
  }

  async counts(targetId: string): Promise<WorkCounts> {
    return Promise.resolve(count(this.#of(targetId)));
  }

  async nextDue(targetId: string): Promise<number | null> {
    const times = this.#open(targetId).map((item) => item.dueAt);
    return Promise.resolve(times.length === 0 ? null : Math.min(...times));
  }

  async dead(targetId: string, after: string | null, limit: number): Promise<DeadItem[]> {
    const ordered = this.#dead(targetId, 'all').sort((a, b) => (a.id < b.id ? -1 : 1));
    const rest = ordered.filter((item) => after === null || item.id > after);
    return Promise.resolve(rest.slice(0, limit).map(toDeadItem));
  }

  async retry(targetId: string, ids: Ids): Promise<number> {
    const chosen = this.#dead(targetId, ids);
    for (const item of chosen) this.#want(targetId, item.action, item.device);
    return Promise.resolve(chosen.length);
  }

  async discard(targetId: string, ids: Ids): Promise<number> {
    const chosen = this.#dead(targetId, ids);
    for (const item of chosen) this.#items.delete(item.id);
    return Promise.resolve(chosen.length);
  }

  #of(targetId: string): Item[] {
    return [...this.#items.values()].filter((item) => item.targetId === targetId);
  }

  #open(targetId: string): Item[] {
    return this.#of(targetId).filter((item) => OPEN.has(item.state));
  }

  #dead(targetId: string, ids: Ids): Item[] {
    return this.#of(targetId).filter(
      (item) => item.state === 'dead' && (ids === 'all' || ids.includes(item.id)),
    );
  }

  async #wantEach(targetId: string, action: WorkAction, devices: readonly Device[]): Promise<number> {
    const isWanted = (device: Device): boolean => {
      const there = this.#items.get(`${targetId}/${device.fingerprint}`);
      return there === undefined || (action === 'revoke' && there.action === 'register');
    };
    const wanted = devices.filter(isWanted);
    for (const device of wanted) this.#want(targetId, action, device);
    return Promise.resolve(wanted.length);
  }

  #want(targetId: string, action: WorkAction, device: Device): void {
    const id = `${targetId}/${device.fingerprint}`;
    const fresh = { state: 'waiting' as const, attempts: 0, dueAt: 0, token: null, reason: null };
    this.#items.set(id, { id, targetId, action, ...fresh, device });
  }

  #take(item: Item, leaseEnds: number): Claim {
    const token = String((this.#claims += 1));
    Object.assign(item, { state: 'working', token, dueAt: leaseEnds });
    return { id: item.id, token, action: item.action, attempts: item.attempts, device: item.device };
  }

  #settle(result: Settlement): boolean {
    const item = this.#items.get(result.id);
    if (item?.state !== 'working' || item.token !== result.token) return false;
    item.token = null;
    if (result.to === 'done') {
      item.state = item.action === 'register' ? 'registered' : 'revoked';
      item.reason = null;
      return true;
    }
    item.state = result.to;
    item.attempts = result.attempts;
    item.reason = result.reason;
    if (result.to === 'retry') item.dueAt = result.nextAt;
    return true;
  }
}

/** States that a claim may take from, once due; for `working` that is the end of the lease. */
const OPEN: ReadonlySet<WorkState> = new Set(['waiting', 'working', 'retry']);

const isRevocation = (item: Item): boolean => item.action === 'revoke';

function count(items: Item[]): WorkCounts {
  const counts = { waiting: 0, working: 0, retry: 0, registered: 0, revoked: 0, dead: 0, revokeWaiting: 0 };
  for (const item of items) {
    counts[item.state] += 1;
    if (isRevocation(item) && (item.state === 'waiting' || item.state === 'retry')) counts.revokeWaiting += 1;
  }
  return counts;
}

function toDeadItem(item: Item): DeadItem {
  const { id, action, attempts, device } = item;
  const reason = item.reason ?? { code: 'refused', message: '' };
  const { deviceId, name, fingerprint } = device;
  return { id, action, deviceId, name, fingerprint, attempts, reason };
}
