import { processorWait } from './processor-wait.ts';

/** Counts how long this process stood ready and was not let run since it last had nothing to do. One for all sites. */
export class WakeUps {
  private readonly counter = processorWait();
  private idle = this.counter() ?? 0;
  private sampling = false;

  /** Nanoseconds; to be asked in the event that was waited for. */
  late(): number {
    const late = (this.counter() ?? 0) - this.idle;
    this.rest();
    return late;
  }

  /** What is waited for up to the end of this turn of the event loop delays nobody's wake-up. */
  rest(): void {
    if (this.sampling) return;
    this.sampling = true;
    setImmediate(() => {
      this.sampling = false;
      this.idle = this.counter() ?? 0;
    });
  }
}
