import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobTools } from '#drivers/artefacts/job-tools.ts';
import { loadJobFolder, type LoadedJob } from '#services/jobs/load-job.ts';

const FOLDER = /^(?<id>.+)-r(?<revision>\d+)$/;

export interface JobName {
  id: string;
  revision: number;
}

export interface OrderedJobsParts {
  dataDir: string;
  tools: JobTools;
  /** What the station runs, by id: ordered jobs come in here. */
  jobs: Map<string, LoadedJob>;
  /** The job that a batch is open on keeps its revision until the batch is closed. */
  openJob: () => JobName | null;
  onDefect: (error: unknown) => void;
}

/** Jobs that came as orders: `orders/<id>-r<revision>/` in the data folder, beside those that an engineer put there. */
export class OrderedJobs {
  private readonly parts: OrderedJobsParts;
  private readonly later = new Map<string, LoadedJob>();

  constructor(parts: OrderedJobsParts) {
    this.parts = parts;
  }

  folderOf(jobId: string, revision: number): string {
    return join(this.parts.dataDir, 'orders', `${jobId}-r${revision}`);
  }

  /** Reads and checks a folder. Throws AppError naming file and field. */
  check(jobId: string, revision: number): Promise<LoadedJob> {
    return loadJobFolder(this.folderOf(jobId, revision), this.parts.tools);
  }

  /** At start: for each job its newest revision, or the one that a batch is open on. A broken folder stops no other. */
  async load(open: JobName | null): Promise<void> {
    for (const { id, revision } of await this.folders()) {
      try {
        const job = await this.check(id, revision);
        this.put(job, open);
      } catch (error) {
        this.parts.onDefect(error);
      }
    }
  }

  /** Makes it the job of its id, unless a newer one is here; now, or when the open batch is closed. */
  add(job: LoadedJob): void {
    this.put(job, this.parts.openJob());
  }

  private put(job: LoadedJob, open: JobName | null): void {
    const { id, revision } = job.recipe;
    const held = open?.id === id && open.revision !== revision;
    const target = held ? this.later : this.parts.jobs;
    const wanted = open?.id === id && open.revision === revision;
    if (wanted || (target.get(id)?.recipe.revision ?? 0) <= revision) target.set(id, job);
  }

  /** A batch was closed: what waited for that comes in. */
  batchClosed(): void {
    for (const [id, job] of this.later) {
      this.later.delete(id);
      this.add(job);
    }
  }

  private async folders(): Promise<JobName[]> {
    const names = await readdir(join(this.parts.dataDir, 'orders')).catch(() => []);
    const found = names.flatMap((name) => {
      const { id, revision } = FOLDER.exec(name)?.groups ?? {};
      return id === undefined ? [] : [{ id, revision: Number(revision) }];
    });
    return found.sort((a, b) => a.revision - b.revision);
  }
}
