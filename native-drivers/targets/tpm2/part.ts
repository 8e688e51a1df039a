import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { chipUidOf } from '#drivers/roots-of-trust/tpm2/state.ts';

/** One TPM behind one link. Which one it is, is asked for each connection: nobody changes a TPM within one. */
export class TpmTarget {
  /** True once this session sent the part a command that changes it. */
  touched = false;
  private readonly link: Link;
  private client: TpmClient | null = null;
  private transport: Transport | null = null;
  private uid: string | null = null;

  constructor(link: Link) {
    this.link = link;
  }

  /** A new run begins: whatever TPM is there now is the right one. */
  forget(): void {
    this.drop();
    this.uid = null;
    this.touched = false;
  }

  /** Unique id of the TPM that this run began with; '' before it. */
  get chipUid(): string {
    return this.uid ?? '';
  }

  /** Rejects with `no-answer`, `chip-swapped`. */
  async use(): Promise<TpmClient> {
    const { transport } = this.link;
    if (this.client !== null && this.transport === transport) return this.client;
    this.drop();
    const client = new TpmClient(transport);
    try {
      this.check(await chipUidOf(client));
    } catch (error) {
      client.close();
      throw error;
    }
    this.transport = transport;
    this.client = client;
    return client;
  }

  drop(): void {
    this.client?.close();
    this.client = null;
  }

  private check(found: string): void {
    this.uid ??= found;
    if (this.uid === found) return;
    throw new DriverError('chip-swapped', 'This is not the TPM that the run began with.', {
      chip: 'untouched',
      context: { expected: this.uid, found },
    });
  }
}
