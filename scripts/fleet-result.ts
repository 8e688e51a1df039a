/** What a run came to. Counts by reason: `tls:alert:unknown_ca`, `refused:135`, `socket:ECONNRESET` and the like. */
export interface FleetResult {
  devices: number;
  connected: number;
  publishes: number;
  /** Devices that got no connection, or no answer to their hello. */
  failed: Record<string, number>;
  /** Connections that went before they were asked to. */
  lost: Record<string, number>;
  /** Devices made in this run; the others came back. */
  provisioned: number;
  /** Seconds of each part; `connect` is from the first socket to the last hello. */
  seconds: { provision: number; powerUp: number; connect: number };
  /** Processor time of this process in the same parts: what they cost, however busy the machine is. */
  cpuSeconds: FleetResult['seconds'];
  /** Of the whole process with every connection open, bytes. */
  rssBytes: number;
  /** What one device added to it, chip, TLS and MQTT together; in a small fleet the threads are most of it. */
  perConnectionBytes: number;
}

/** How far a run is. */
export interface FleetProgress {
  phase: 'provision' | 'power-up' | 'connect' | 'hold' | 'close';
  done: number;
  total: number;
  failed: number;
  /** Where a CA that was made for the fleet stands. */
  authorityIn: string | null;
}

export interface FleetHooks {
  /** Ends the run: connections are closed with a goodbye. */
  signal?: AbortSignal;
  progress?: (progress: FleetProgress) => void;
  /** Called once, when every device is connected or has failed, with what is known by then. */
  connected?: (result: FleetResult) => void;
  /** Called for each connection that went unasked, with the counts by then. */
  lost?: (lost: FleetResult['lost']) => void;
}
