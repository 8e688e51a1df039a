import { topics, type Topic, type TopicPayload } from '#contract/topics.ts';
import type { Bridge } from './bridge.ts';
import { call } from './client.ts';
import { putBatch, putCurrent, useBatches } from './state/batch.ts';
import { useBenchChange } from './state/bench.ts';
import { putLab } from './state/lab.ts';
import { useLine } from './state/line.ts';
import { putTest } from './state/self-test.ts';
import { useSession } from './state/session.ts';
import { putSite, putSites, useSites } from './state/sites.ts';
import { useStation } from './state/station.ts';
import { forgetSync, putSync } from './state/sync.ts';

/** Ids told by an event while a full list is under way: the event is the newer of the two. */
const told = new Set<string>();

const appliers: { [T in Topic]: (payload: TopicPayload<T>) => void } = {
  'station.changed': (station) => useStation.setState({ station }),
  'site.changed': (site) => {
    told.add(site.id);
    putSite(site);
  },
  'lab.changed': putLab,
  'test.changed': putTest,
  'bench.changed': ({ change }) => {
    useBenchChange.setState({ change });
    if (useSession.getState().session !== null) void askSites();
  },
  'batch.changed': (batch) => {
    told.add('batch');
    putBatch(batch);
  },
  'sync.changed': putSync,
  'session.changed': ({ session }) => takeSession(session),
};

function apply(topic: Topic, payload: unknown): void {
  const parsed = topics[topic].safeParse(payload);
  // The schema and the applier of one topic agree; TypeScript cannot follow that through the union.
  if (parsed.success) (appliers[topic] as (view: unknown) => void)(parsed.data);
  else console.error(`An event on ${topic} is not what the contract says.`, parsed.error);
}

function takeSession(session: TopicPayload<'session.changed'>['session']): void {
  const before = useSession.getState().session;
  useSession.setState({ session, known: true });
  if (session === null) forget();
  else if (before?.person.id !== session.person.id || !useSites.getState().known) void catchUp();
}

function forget(): void {
  useSites.setState({ entries: new Map(), known: false });
  useBatches.setState({ byId: new Map(), openId: null, known: false });
  forgetSync();
}

/** Everything a signed-in screen projects, asked for anew: after sign-in, reload and reconnect. */
async function catchUp(): Promise<void> {
  told.clear();
  try {
    const [{ sites }, { batch }] = await Promise.all([call('sites.list', {}), call('batches.current', {})]);
    putSites(sites, told);
    if (told.has('batch')) useBatches.setState({ known: true });
    else putCurrent(batch);
  } catch (error) {
    // A line lost in between asks again when it is back; anything else stands in the log of the station.
    console.error(error);
  }
}

/** Sites came, went or stand elsewhere. */
async function askSites(): Promise<void> {
  told.clear();
  try {
    putSites((await call('sites.list', {})).sites, told);
  } catch (error) {
    console.error(error);
  }
}

async function greet(): Promise<void> {
  try {
    const [station, { session }] = await Promise.all([call('station.get', {}), call('session.current', {})]);
    useStation.setState({ station });
    useSession.setState({ session, known: true });
    if (session) await catchUp();
    else forget();
  } catch (error) {
    console.error(error);
  }
}

const isTopic = (topic: string): topic is Topic => Object.hasOwn(topics, topic);

/** Keeps the stores a projection of the station: every event is applied, every new connection asks again. */
export function startSync(bridge: Bridge): void {
  bridge.subscribe((topic, payload) => {
    if (isTopic(topic)) apply(topic, payload);
  });
  bridge.watch((line) => {
    useLine.setState(({ epoch, told: times }) => ({
      line,
      epoch: line === 'open' ? epoch + 1 : epoch,
      told: times + 1,
    }));
    if (line === 'open') void greet();
  });
}

/** After a sign-in over a call: the answer itself is the news. */
export const signedIn = takeSession;
