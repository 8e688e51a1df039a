import type { StationView } from '#contract/station.ts';
import type { HostEvent } from '#drivers/core/host-api.ts';

/** How the driver processes are, from their events: all are ready, or one is being started again. */
export class DriverWatch {
  private readonly onChange: () => void;
  private current: StationView['driver'];
  private down = 0;

  constructor(pid: number | null, onChange: () => void) {
    this.onChange = onChange;
    this.current = { state: pid === null ? 'starting' : 'ready', pid, restarts: 0 };
  }

  get view(): StationView['driver'] {
    return this.current;
  }

  onEvent(event: HostEvent): void {
    const { restarts, pid } = this.current;
    if (event.type === 'host-ready') {
      this.down = Math.max(0, this.down - 1);
      if (this.down > 0) return;
      // The pid of the last that came up after a death; of the first otherwise.
      this.current = { state: 'ready', pid: restarts > 0 || pid === null ? event.pid : pid, restarts };
    } else if (event.type === 'host-died') {
      this.down += 1;
      this.current = { state: 'restarting', pid: null, restarts: restarts + 1 };
    } else return;
    this.onChange();
  }
}
