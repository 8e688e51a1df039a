import { randomUUID } from 'node:crypto';
import type { BatchView } from '#contract/batches.ts';
import type { Handlers, HandlersOf } from '#contract/contract.ts';
import type { Session } from '#contract/session.ts';
import type { SiteView } from '#contract/sites.ts';
import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { createCheckpoints } from '#services/audit/checkpoints.ts';
import { createBatchHandlers } from '#services/batches/handlers.ts';
import { freeBytes } from '#services/batches/preflight.ts';
import { Production } from '#services/batches/production.ts';
import type { TargetTitle } from '#services/bench/bench-view.ts';
import { createBenchHandlers } from '#services/bench/handlers.ts';
import type { VirtualHands } from '#services/bench/virtual-hands.ts';
import { told } from '#services/engine/failures.ts';
import type { EnginePorts, SitePlace } from '#services/engine/ports.ts';
import { markInterrupted } from '#services/engine/read-back.ts';
import type { Cell } from '#services/handler-port/cell.ts';
import { HandlerPort } from '#services/handler-port/handler-port.ts';
import { createHandlerPortHandlers } from '#services/handler-port/handlers.ts';
import { isToolAllowed } from '#services/jobs/allowed-tools.ts';
import { createJobHandlers } from '#services/jobs/job-handlers.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import { createLabHandlers } from '#services/lab/handlers.ts';
import { Lab } from '#services/lab/lab.ts';
import { createSessionHandlers } from '#services/people/session-handlers.ts';
import { createSessions, type Sessions } from '#services/people/sessions.ts';
import type { Authority } from '#services/pki/authority.ts';
import { signJws } from '#services/records/jws.ts';
import { createRecords } from '#services/records/records.ts';
import { createSiteHandlers } from '#services/sites/handlers.ts';
import { BENCH_SETTING, parseBench, type SiteConfig } from '#services/sites/site-config.ts';
import { Sites } from '#services/sites/sites.ts';
import type { LineTimeouts } from '#services/sync/line/line-client.ts';
import type { Pace } from '#services/sync/pace.ts';
import type { Vault } from '#services/vault/vault.ts';
import type { RunRow, Store } from '#store/api.ts';
import { CloudSide } from './cloud-side.ts';
import { DriverWatch } from './driver-watch.ts';
import { StationEvents, type StationListener } from './station-events.ts';
import { stationView } from './station-view.ts';

/** What the composition passes in; all of it is closed by the composition, after the station. */
export interface StationDeps {
  store: Store;
  vault: Omit<Vault, 'close'>;
  authority: Authority;
  drivers: DriverHost;
  /** Every one of them is in the store already. */
  jobs: ReadonlyMap<string, LoadedJob>;
  /** Null: there is no virtual bench. */
  hands: VirtualHands | null;
  /** Sites of the virtual bench; real ones come from the settings. */
  sites: readonly SiteConfig[];
  targets: readonly TargetTitle[];
  demo: boolean;
  dataDir: string;
  version: string;
  name: string;
  exportsFolder: string;
  /** Licences of everything that is bundled, for the About page. */
  notices: string;
  unitHandlers: HandlersOf<'units.search' | 'units.get' | 'units.export'>;
  /** Checks of what a job names, for jobs that come as orders. */
  tools: JobTools;
  /** Time and time-outs of the line; real ones unless a test gives its own. */
  line?: { pace?: Pace; timeouts?: LineTimeouts };
  /** A defect of ours that stopped nothing: for the log. */
  onDefect: (error: unknown) => void;
}

/** The whole station behind the contract. Carriers check schema, session and role before they call a handler. */
export interface Station {
  handlers: Handlers;
  sessions: Sessions;
  events: { subscribe(listener: StationListener): () => void };
  close(): Promise<void>;
}

/**
 * Composes the services, opens the sites, and takes up what an earlier process left: the open batch, and every run
 * that nobody has read. Resolves once the links are open; read-backs go on behind it and show on their sites.
 */
export async function createStation(deps: StationDeps): Promise<Station> {
  const core = new StationCore(deps);
  await core.start();
  return {
    handlers: core.handlers(),
    sessions: core.sessions,
    events: core.events,
    close: () => core.close(),
  };
}

class StationCore {
  readonly events: StationEvents;
  readonly sessions = createSessions();
  private readonly deps: StationDeps;
  private readonly records;
  private readonly checkpoints;
  private readonly ports: EnginePorts;
  private readonly production: Production;
  private sites: Sites;
  private readonly watch: DriverWatch;
  private readonly cloud: CloudSide;
  private readonly handlerPort: HandlerPort;
  private readonly jobs: Map<string, LoadedJob>;
  private readonly startedAt = new Date().toISOString();
  private readonly lab: Lab;
  private benchChanges = 0;
  private readonly recordsMissing = new Set<string>();
  private unsubscribe: (() => void)[] = [];

  constructor(deps: StationDeps) {
    const { store, authority, drivers, demo, onDefect, name } = deps;
    this.deps = deps;
    // Orders of the cloud come in while the station runs.
    const jobs = new Map(deps.jobs);
    this.jobs = jobs;
    this.events = new StationEvents(onDefect);
    this.records = createRecords({ store, authority, stationName: name });
    this.checkpoints = this.makeCheckpoints();
    this.ports = this.makePorts();
    this.watch = new DriverWatch(drivers.pid, () => void this.publishStation());
    this.production = new Production({
      ...{ store, jobs, drivers, demo },
      publish: (view) => this.batchChanged(view),
      onRoom: () => this.sites.offerAll(),
      onDefect,
    });
    this.sites = this.makeSites([]);
    this.lab = this.makeLab();
    this.cloud = this.makeCloud();
    this.handlerPort = new HandlerPort({
      ...{ settings: store.settings, cell: this.cell(), version: deps.version },
    });
  }

  async start(): Promise<void> {
    const { store, drivers, sites } = this.deps;
    await this.cloud.loadJobs();
    await this.production.load();
    this.sites = this.makeSites([...sites, ...parseBench(await store.settings.get(BENCH_SETTING))]);
    this.unsubscribe = [
      drivers.onEvent((event) => {
        this.watch.onEvent(event);
        this.sites.onHostEvent(event);
        this.lab.onHostEvent(event);
        if (event.type === 'ports-changed' || event.type === 'cable-moved') this.benchChanged();
      }),
      this.sessions.onChange((connection, session) => this.signedIn(connection, session)),
    ];
    const unread = await this.unreadOfBatch();
    await this.lab.restore();
    await this.sites.open(unread);
    await this.production.refresh();
    await this.cloud.start();
    await this.handlerPort.start();
  }

  /** What an automatic handler may do. Its starts are booked like those of parts that start by themselves. */
  private cell(): Cell {
    return {
      name: this.deps.name,
      sites: () => this.sites.views(),
      site: (id) => this.sites.get(id).view(),
      start: (id) => told(this.sites.get(id).start(null)),
      stop: (id) => {
        this.sites.get(id).stop();
      },
      clear: (id) => {
        this.sites.get(id).clear();
      },
      batch: () => this.production.currentView(),
      onSite: (listener) =>
        this.events.subscribe((topic, payload) => {
          if (topic === 'site.changed') listener(payload as SiteView);
        }),
    };
  }

  private makeLab(): Lab {
    const { store, drivers, tools, exportsFolder } = this.deps;
    return new Lab({
      ...{ store, drivers, tools, exportsFolder, sites: () => this.sites },
      publish: (view) => this.events.publish('lab.changed', view),
    });
  }

  private makeCloud(): CloudSide {
    return new CloudSide({
      ...{ ...this.deps, jobs: this.jobs },
      openJob: () => this.production.currentView()?.job ?? null,
      publish: (view) => this.events.publish('sync.changed', view),
      stationChanged: () => void this.publishStation(),
    });
  }

  /** Screens ask again: the bench is read when somebody looks at it. */
  private benchChanged(): void {
    this.benchChanges += 1;
    this.events.publish('bench.changed', { change: this.benchChanges });
  }

  private batchChanged(view: BatchView): void {
    this.events.publish('batch.changed', view);
    this.cloud.batchChanged(view);
  }

  /** Parts that start by themselves are booked on whoever signed in last: after a shift change the new one. */
  private signedIn(connection: string, session: Session | null): void {
    this.events.publish('session.changed', { session }, connection);
    if (session !== null && session.person.role !== 'auditor') this.production.operatedBy(session.person.id);
  }

  /** Runs that belong to no open batch are marked and wait for their part; the others are shown where they ran. */
  private async unreadOfBatch(): Promise<RunRow[]> {
    const rows = await this.deps.store.runs.unfinished();
    const mine = rows.filter((row) => row.batchId === this.production.batchId);
    const marked: RunRow[] = [];
    for (const row of rows) {
      const job = await this.production.jobOf(row.batchId).catch(() => null);
      const next = job === null ? row : await markInterrupted(this.ports, row, job);
      if (mine.includes(row) && job !== null) marked.push(next);
    }
    return marked;
  }

  private makePorts(): EnginePorts {
    const { store, drivers, authority, dataDir } = this.deps;
    return {
      ...{ runs: store.runs, certificates: store.certificates, drivers, authority },
      toolAllowed: (tool) => isToolAllowed(dataDir, tool),
      place: (site) => this.placeOf(site),
      history: async (chipUid) => (await store.units.get(`uid:${chipUid}`))?.runs ?? [],
      clock: () => performance.now(),
      record: (runId) => this.record(runId),
    };
  }

  private placeOf(site: string): SitePlace | null {
    if (!this.sites.has(site)) return null;
    const { target, link } = this.sites.get(site).config;
    return { target, control: link?.control.kind ?? null };
  }

  private makeCheckpoints() {
    const { store, authority } = this.deps;
    const by = { signer: authority.stationSigner, chain: [authority.station, authority.issuerCertificate] };
    const sign = (payload: string) => signJws(by, 'rootline-checkpoint+json', payload);
    return createCheckpoints({ audit: store.audit, sign });
  }

  private makeSites(configs: readonly SiteConfig[]): Sites {
    const { drivers, targets } = this.deps;
    const ports = new Set(targets.flatMap(({ id, partIsPort }) => (partIsPort === true ? [id] : [])));
    return new Sites(
      {
        ...{ ports: this.ports, drivers, floor: this.production, newId: randomUUID },
        publish: (view) => this.events.publish('site.changed', view),
        partIsPort: (target) => ports.has(target),
      },
      configs,
    );
  }

  /** A part has passed whether or not its record fits on the disk: the export makes up for a missing one. */
  private async record(runId: string): Promise<void> {
    try {
      await this.records.sign(runId);
      await this.checkpoints.noticed();
      this.cloud.notice();
    } catch (error) {
      this.recordsMissing.add(runId);
      this.deps.onDefect(error);
      await this.publishStation();
    }
  }

  private async view() {
    const { name, version, demo, vault, dataDir, authority } = this.deps;
    const { line, warnings } = await this.cloud.station();
    return stationView({
      ...{ line, lineWarnings: warnings },
      ...{ name, version, demo, vault, startedAt: this.startedAt, driver: this.watch.view },
      diskFreeBytes: await freeBytes(dataDir),
      checkValidity: (until) => authority.checkValidity(until),
      recordsMissing: this.recordsMissing.size,
    });
  }

  private async publishStation(): Promise<void> {
    try {
      this.events.publish('station.changed', await this.view());
    } catch (error) {
      this.deps.onDefect(error);
    }
  }

  handlers(): Handlers {
    const { deps, production, sites, records, sessions, jobs } = this;
    const { store, demo, exportsFolder, version, notices } = deps;
    return {
      ...createSessionHandlers({ store, demo, sessions }),
      ...createJobHandlers({ store, jobs, demo }),
      ...deps.unitHandlers,
      ...createSiteHandlers(sites),
      ...createBenchHandlers({
        ...{ ...deps, sites },
        changed: () => this.benchChanged(),
        tested: (view) => this.events.publish('test.changed', view),
      }),
      ...createLabHandlers(this.lab),
      ...createBatchHandlers({
        ...{ ...deps, jobs, production, sites, records, exportsFolder },
        siteStates: () => sites.all().map((site) => site.state),
        checkpoint: () => this.checkpoint(),
      }),
      ...this.cloud.handlers(),
      ...createHandlerPortHandlers(this.handlerPort),
      'station.get': () => this.view(),
      'station.about': () => Promise.resolve({ version, notices }),
    };
  }

  private async checkpoint(): Promise<void> {
    await this.checkpoints.sign();
    this.cloud.notice();
  }

  async close(): Promise<void> {
    await this.handlerPort.close();
    this.lab.stopAll();
    // Runs that end in closing still have something to tell.
    await this.sites.close();
    await this.cloud.close();
    for (const remove of this.unsubscribe) remove();
  }
}
