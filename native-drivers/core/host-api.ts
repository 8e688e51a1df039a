import type { DriverErrorJson } from './errors.ts';
import type { Image } from './image.ts';
import type { LinkSpec } from './link.ts';
import type { OperationInput, OperationName, OperationResult, Progress } from './operations.ts';

export interface PortInfo {
  path: string;
  manufacturer: string | null;
  serialNumber: string | null;
  vendorId: string | null;
  productId: string | null;
  /** USB topology (bus and port path) where the system tells it; a site binds to this, not to the name. */
  location: string | null;
}

export type HostEvent =
  | { type: 'presence'; site: string; part: boolean }
  | { type: 'port-gone'; site: string; error: DriverErrorJson }
  | { type: 'port-back'; site: string }
  /** The driver process ended; every site is closed and every run is unknown until read back. */
  | { type: 'host-died'; code: number | null; signal: string | null }
  | { type: 'host-ready'; pid: number };

/** What services see of the driver process. Implemented by `host/client.ts`; restarts the process when it dies. */
export interface DriverHost {
  listPorts(): Promise<PortInfo[]>;
  putImage(image: Image): Promise<void>;
  /** Opens port and control lines and binds the target driver. Presence events start here. */
  openSite(site: string, link: LinkSpec, target: string): Promise<{ part: boolean | null }>;
  closeSite(site: string): Promise<void>;
  /** Rejects with DriverError. Aborting the signal cancels between two frames and rejects with `cancelled`. */
  run<K extends OperationName>(
    site: string,
    operation: K,
    input: OperationInput<K>,
    options: { signal: AbortSignal; onProgress: (progress: Progress) => void },
  ): Promise<OperationResult<K>>;
  onEvent(listener: (event: HostEvent) => void): () => void;
  readonly pid: number | null;
  close(): Promise<void>;
}
