/** A conversation that is opened when it is first needed, once. A failed opening is tried again by the next operation. */
export class LazyClient<C extends { close(): void }> {
  readonly #connect: (signal: AbortSignal) => Promise<C>;
  #client: Promise<C> | null = null;

  constructor(connect: (signal: AbortSignal) => Promise<C>) {
    this.#connect = connect;
  }

  use(signal: AbortSignal): Promise<C> {
    return (this.#client ??= this.#connect(signal).catch((error: unknown) => {
      this.#client = null;
      throw error;
    }));
  }

  close(): void {
    this.#client?.then(
      (client) => client.close(),
      () => undefined,
    );
  }
}
