import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { readConfigZone } from '#drivers/roots-of-trust/atecc608/config-zone.ts';

/** Family byte of the revision, `00 00 60 xx` (public dumps of 608A: 01, 02; 608B: 03). */
const FAMILY = '000060';

/** One ATECC608 behind one link. Its serial number is read before each operation: a swap is noticed before a change. */
export class AteccTarget {
  /** True once this session sent the part a command that changes it. */
  touched = false;
  private readonly link: Link;
  private client: AteccClient | null = null;
  private transport: Transport | null = null;
  private serial: string | null = null;

  constructor(link: Link) {
    this.link = link;
  }

  /** A new run begins: whatever part is in now is the right one. */
  forget(): void {
    this.drop();
    this.serial = null;
    this.touched = false;
  }

  /** Rejects with `no-answer`, `wrong-chip`, `chip-swapped`. */
  async use(): Promise<AteccClient> {
    const client = await this.connected();
    const { serial, revision } = await readConfigZone(client);
    if (!revision.startsWith(FAMILY))
      throw new DriverError('wrong-chip', 'The chip is not what the job is for.', {
        chip: 'untouched',
        context: { expected: FAMILY, found: revision },
      });
    this.serial ??= serial;
    if (this.serial === serial) return client;
    throw new DriverError('chip-swapped', 'This is not the part that the run began with.', {
      chip: 'untouched',
      context: { expected: this.serial, found: serial },
    });
  }

  drop(): void {
    this.client?.close();
    this.client = null;
  }

  private async connected(): Promise<AteccClient> {
    const { transport } = this.link;
    // A re-plugged cable is another transport.
    if (this.client !== null && this.transport === transport) return this.client;
    this.drop();
    this.client = await AteccClient.connect(transport);
    this.transport = transport;
    return this.client;
  }
}
