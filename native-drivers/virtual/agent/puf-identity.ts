import { createHash, timingSafeEqual } from 'node:crypto';
import type { ChipHardware } from '../chip/firmware.ts';
import { deriveKey, storageKey, type DerivedKey } from '../qdid/keys.ts';
import { helperIntact, Qdid, type Enrolment, type QdidRefusal, type Reconstruction } from '../qdid/qdid.ts';
import { streamOf, thermal } from '../qdid/random.ts';
import { Silicon, siliconSeed, type ReadConditions } from '../qdid/silicon.ts';
import type { AgentIdentity, Keys } from './agent-identity.ts';
import { agentFaults } from './faults.ts';
import type { Records } from './records.ts';

/** `agent:high-noise`: error rate between these two. */
const HIGH_NOISE = { from: 0.14, to: 0.2 };

/** The part's root of trust: PUF block, helper data in flash, keys in RAM. */
export class PufIdentity implements AgentIdentity {
  readonly root = 'qdid';
  keys: Keys | null = null;
  readonly #hardware: ChipHardware;
  readonly #records: Records;
  readonly #qdid: Qdid;
  #seed: Uint8Array | null = null;

  constructor(hardware: ChipHardware, records: Records) {
    this.#hardware = hardware;
    this.#records = records;
    const { clone } = agentFaults(hardware.fault());
    const seed = clone ?? siliconSeed(hardware.uid);
    // A copy repeats its model's enrolment too, salt and noise included, else it would get keys of its own.
    const entropy = clone === null ? thermal : streamOf(seed, 'cloned enrolment');
    this.#qdid = new Qdid(new Silicon({ seed }), entropy);
  }

  /** After a reset: rebuilds the seed if there is helper data. An uncorrectable read leaves the part without keys. */
  start(): void {
    const helper = this.helper();
    if (helper !== null) this.#adopt(this.#qdid.reconstruct(helper, this.#conditions()).seed);
  }

  stop(): void {
    this.#seed?.fill(0);
    this.#qdid.stop();
    this.#seed = null;
    this.keys = null;
  }

  get isEnrolled(): boolean {
    return this.helper() !== null;
  }

  /** As the firmware reads it from flash. */
  helper(): Uint8Array | null {
    const bytes = this.#records.read('helper');
    const isBad = agentFaults(this.#hardware.fault()).helperCorrupt;
    return bytes === null || !isBad ? bytes : bytes.map((byte, at) => (at === 600 ? byte ^ 0x10 : byte));
  }

  helperHash(): Uint8Array | null {
    const helper = this.helper();
    return helper === null ? null : new Uint8Array(createHash('sha256').update(helper).digest());
  }

  /** True or false once the seed is known, null without it. */
  helperIntact(): boolean | null {
    const helper = this.helper();
    return this.#seed === null || helper === null ? null : helperIntact(this.#seed, helper);
  }

  /** `keep` writes the helper data; without it in flash there is no identity. */
  enrol(keep: (helper: Uint8Array) => void): Enrolment | QdidRefusal {
    const enrolment = this.#qdid.enrol(this.#conditions());
    if (typeof enrolment === 'string') return enrolment;
    keep(enrolment.helper);
    this.#adopt(enrolment.seed);
    return enrolment;
  }

  /** One fresh read; the device id that it leads to, or null where it leads nowhere. */
  reconstruct(helper: Uint8Array): { id: Uint8Array | null; read: Reconstruction } {
    const read = this.#qdid.reconstruct(helper, this.#conditions());
    if (read.seed === null) return { id: null, read };
    if (this.#seed === null) this.#adopt(read.seed);
    const { keys } = this;
    const isSame = this.#seed !== null && timingSafeEqual(this.#seed, read.seed);
    const id = isSame && keys !== null ? keys.deviceId : idOf(deriveKey(read.seed, 'device', 0));
    return { id, read };
  }

  #conditions(): ReadConditions {
    const temperature = this.#hardware.temperature();
    if (!agentFaults(this.#hardware.fault()).highNoise) return { temperature };
    const share = (thermal(1)[0] ?? 0) / 255;
    return { temperature, noise: HIGH_NOISE.from + share * (HIGH_NOISE.to - HIGH_NOISE.from) };
  }

  #adopt(seed: Uint8Array | null): void {
    if (seed === null) return;
    this.#seed = seed;
    const device = deriveKey(seed, 'device', 0);
    const deviceId = idOf(device);
    const enrolment = deriveKey(seed, 'enrolment', 0);
    this.keys = { device, enrolment, storage: storageKey(seed), deviceId };
  }
}

const idOf = (key: DerivedKey): Uint8Array => new Uint8Array(createHash('sha256').update(key.spki).digest());
