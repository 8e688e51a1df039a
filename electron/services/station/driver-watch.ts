import type { StationView } from '#contract/station.ts';
import type { HostEvent } from '#drivers/core/host-api.ts';

/** How the driver process is, from its events. */
export class DriverWatch {
  private readonly onChange: () => void;
  private current: StationView['driver'];

  constructor(pid: number | null, onChange: () => void) {
    this.onChange = onChange;
    this.current = { state: pid === null ? 'starting' : 'ready', pid, restarts: 0 };
  }

  get view(): StationView['driver'] {
    return this.current;
  }

  onEvent(event: HostEvent): void {
    const { restarts } = this.current;
    if (event.type === 'host-ready') this.current = { state: 'ready', pid: event.pid, restarts };
    else if (event.type === 'host-died')
      this.current = { state: 'restarting', pid: null, restarts: restarts + 1 };
    else return;
    this.onChange();
  }
}
