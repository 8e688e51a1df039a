/** Who has a site to itself: a run, a read-back, a self-test or the lab; one at a time. */
export class Occupancy {
  private readonly onFree: () => void;
  private ending: Promise<void> | null = null;

  constructor(onFree: () => void) {
    this.onFree = onFree;
  }

  get isTaken(): boolean {
    return this.ending !== null;
  }

  /** Resolves when what is under way is done. */
  async ended(): Promise<void> {
    await this.ending;
  }

  /** Takes the site while `work` lasts. Only where nobody has it: the caller has looked. */
  async while<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.ending = promise.then(() => undefined);
    try {
      return await work();
    } finally {
      this.ending = null;
      resolve(undefined);
      this.onFree();
    }
  }
}
