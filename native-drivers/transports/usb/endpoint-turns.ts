/**
 * One transfer at a time on each endpoint, in the order in which they came. WebUSB takes several; the package opens an
 * endpoint for each transfer and lets one fail that finds it open ("endpoint not found", usb 3.1.0).
 */
export class EndpointTurns {
  private readonly last = new Map<number, Promise<unknown>>();

  take<T>(address: number, act: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(address) ?? Promise.resolve()).then(act);
    this.last.set(
      address,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
