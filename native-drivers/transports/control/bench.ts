import type { ControlLines } from '#drivers/core/link.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';

/** Control lines of a virtual site: its bench's own socket, as a pseudo-terminal has no modem lines. */
export function openBenchLines(socket: string): Promise<ControlLines> {
  return openBenchControl(socket);
}
