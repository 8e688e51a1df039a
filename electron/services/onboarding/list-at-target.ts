import type { Connector } from '#connectors/connector.ts';
import { ConnectorError } from '#connectors/errors.ts';
import type { RevocationList } from '#services/sync/revocation-list.ts';

export interface ListParts {
  connector: Pick<Connector, 'publishCrl' | 'capabilities'>;
  crl: Pick<RevocationList, 'current' | 'renew'>;
  /** Throws out once more who was thrown out while the list could not be put there. */
  thrownOutAgain: () => Promise<unknown>;
}

/**
 * The station's list at one target. It goes there before anybody is thrown out; where it cannot, rights are taken all the
 * same, and who came back without any is thrown out once the list is there.
 */
export class ListAtTarget {
  /** Why the target does not hold the list in force; null: it does. */
  failure: string | null = null;
  private readonly parts: ListParts;
  private published: Uint8Array | null = null;

  constructor(parts: ListParts) {
    this.parts = parts;
  }

  async publish(signal: AbortSignal): Promise<void> {
    const { connector, crl } = this.parts;
    if (!connector.capabilities.publishesCrl) return;
    const list = await crl.current();
    if (this.published !== null && list.equals(this.published)) return;
    const late = this.failure !== null;
    try {
      this.published = await this.put(list, signal);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      this.failure = error.message;
      return;
    }
    this.failure = null;
    if (late) await this.parts.thrownOutAgain();
  }

  /** A list of the same second would be taken and not obeyed: the next one is a second later. */
  private async put(list: Buffer, signal: AbortSignal): Promise<Buffer> {
    const { connector, crl } = this.parts;
    try {
      await connector.publishCrl(list, signal);
      return list;
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'crl-same-second') throw error;
      const later = await crl.renew(list);
      await connector.publishCrl(later, signal);
      return later;
    }
  }
}
