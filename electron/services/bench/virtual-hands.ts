/** The operator's hands on a virtual bench. Rejects where a site is not virtual. */
export interface VirtualHands {
  insert(site: string): Promise<void>;
  remove(site: string): Promise<void>;
  cable(site: string, plugged: boolean): Promise<void>;
  /** A fault line of docs/virtual-bench.md, or null to clear all. */
  fault(site: string, fault: string | null): Promise<void>;
}
