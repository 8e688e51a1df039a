import type { ChipHardware } from '../chip/firmware.ts';
import { SmpGroup } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import { firstCertificate } from './der.ts';
import { Identity, type Keys } from './identity.ts';
import { Records, type Place } from './records.ts';
import { AgentRefusal } from './refusal.ts';

/** A refusal with a code of the enrolment group. */
export function refuse(rc: number, cause?: unknown): AgentRefusal {
  return new AgentRefusal(SmpGroup.enrolment, rc, cause);
}

/** The part as the agent's commands see it: hardware, records in flash, identity, lock. */
export class Device {
  readonly hardware: ChipHardware;
  readonly identity: Identity;
  readonly #records: Records;

  constructor(hardware: ChipHardware) {
    this.hardware = hardware;
    this.#records = new Records(hardware);
    this.identity = new Identity(hardware, this.#records);
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
    throw refuse(
      this.identity.helper() === null ? EnrolmentError.notEnrolled : EnrolmentError.reconstructFailed,
    );
  }

  leaf(): Uint8Array | null {
    const chain = this.read('chain');
    return chain === null ? null : firstCertificate(chain);
  }
}
