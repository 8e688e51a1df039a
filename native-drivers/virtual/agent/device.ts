import type { ChipHardware } from '../chip/firmware.ts';
import { EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import { firstCertificate } from './der.ts';
import type { AgentIdentity, Keys } from './agent-identity.ts';
import { InjectedIdentity } from './injected-identity.ts';
import { PufIdentity } from './puf-identity.ts';
import { Records, type Place } from './records.ts';
import { refuse } from './refusal.ts';
import { rootOfImage, type AgentRoot } from './root-mark.ts';
import { SlotIdentity } from './slot-identity.ts';

/** One identity per root of trust that firmware can be built for. */
const identities = {
  qdid: PufIdentity,
  esecure: SlotIdentity,
  software: InjectedIdentity,
} as const satisfies Record<AgentRoot, new (hardware: ChipHardware, records: Records) => AgentIdentity>;
type Identity = InstanceType<(typeof identities)[AgentRoot]>;

/** The part as the agent's commands see it: hardware, records in flash, identity, lock. */
export class Device {
  readonly hardware: ChipHardware;
  readonly identity: Identity;
  readonly #records: Records;

  constructor(hardware: ChipHardware) {
    this.hardware = hardware;
    this.#records = new Records(hardware);
    this.identity = new identities[rootOfImage(hardware)](hardware, this.#records);
  }

  get isLocked(): boolean {
    return this.#records.read('lock') !== null;
  }

  read(place: Place): Uint8Array | null {
    return this.#records.read(place);
  }

  /** Refuses on a locked part, before anything is erased. */
  write(place: Place, body: Uint8Array): void {
    this.refuseIfLocked();
    try {
      this.#records.write(place, body);
    } catch (error) {
      throw refuse(EnrolmentError.flash, error);
    }
  }

  refuseIfLocked(): void {
    if (this.isLocked) throw refuse(EnrolmentError.locked);
  }

  /** The keys, or a refusal that says whether the part was never enrolled or could not be rebuilt. */
  keys(): Keys {
    if (this.identity.keys !== null) return this.identity.keys;
    throw refuse(this.identity.isEnrolled ? EnrolmentError.reconstructFailed : EnrolmentError.notEnrolled);
  }

  leaf(): Uint8Array | null {
    const chain = this.read('chain');
    return chain === null ? null : firstCertificate(chain);
  }
}
