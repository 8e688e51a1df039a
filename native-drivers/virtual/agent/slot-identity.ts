import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { decodeMap, encodeMap, type SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { EnrolmentError, SLOTS, type KeySlot } from '#drivers/protocols/smp/enrolment.ts';
import type { ChipHardware } from '../chip/firmware.ts';
import { deriveKey } from '../qdid/keys.ts';
import type { AgentIdentity, Keys } from './agent-identity.ts';
import { agentFaults } from './faults.ts';
import { keysOf, unwrapScalars, wrapScalars } from './kept-keys.ts';
import type { Records } from './records.ts';
import { refuse } from './refusal.ts';

const usage = z.enum(['sign', 'derive']);
const policy = z.object({
  slot: z.union([z.literal(SLOTS.device.slot), z.literal(SLOTS.enrolment.slot)]),
  usage,
  exportable: z.boolean(),
  lock: z.boolean(),
});
type Policy = z.infer<typeof policy>;
const record = z.object({ policies: z.array(policy).length(2), keys: z.instanceof(Uint8Array).nullable() });
type SlotRecord = z.infer<typeof record>;

const fresh: SlotRecord = {
  policies: Object.values(SLOTS).map((slot) => ({ ...slot, exportable: false, lock: false })),
  keys: null,
};

/**
 * A module that makes keys inside and keeps them in slots, each with a policy: a model of ours. The interface of Silex
 * Insight's eSecure is not public, and nothing here is taken from it.
 */
export class SlotIdentity implements AgentIdentity {
  readonly root = 'esecure';
  keys: Keys | null = null;
  readonly #hardware: ChipHardware;
  readonly #records: Records;

  constructor(hardware: ChipHardware, records: Records) {
    this.#hardware = hardware;
    this.#records = records;
  }

  get isEnrolled(): boolean {
    return this.#stored().keys !== null;
  }

  helperHash(): null {
    return null;
  }

  start(): void {
    const { keys } = this.#stored();
    const scalars = keys === null ? null : unwrapScalars(keys, this.#hardware.uid);
    this.keys = scalars === null ? null : keysOf(scalars, this.#hardware.uid);
  }

  stop(): void {
    this.keys = null;
  }

  slots(): KeySlot[] {
    const { policies, keys } = this.#stored();
    const gives = agentFaults(this.#hardware.fault()).exportableSlot;
    return policies.map((one) => ({ ...one, exportable: one.exportable || gives, key: keys !== null }));
  }

  /** Refused where the slot holds a key, and where a key could leave it. */
  setPolicy(map: SmpMap, keep: (body: Uint8Array) => void): KeySlot {
    const wanted = policy.safeParse(map);
    if (!wanted.success) throw refuse(EnrolmentError.invalid);
    const stored = this.#stored();
    if (stored.keys !== null) throw refuse(EnrolmentError.slotOccupied);
    if (wanted.data.exportable) throw refuse(EnrolmentError.policy);
    const policies = stored.policies.map((one) => (one.slot === wanted.data.slot ? wanted.data : one));
    keep(encodeMap({ policies: policies.map((one) => ({ ...one })), keys: null }));
    return { ...wanted.data, key: false };
  }

  /** Both keys, from the module's own randomness. `keep` writes them, wrapped; nobody sees them. */
  enrol(keep: (body: Uint8Array) => void): Keys {
    const { policies, keys } = this.#stored();
    if (keys !== null) throw refuse(EnrolmentError.slotOccupied);
    const fits = Object.values(SLOTS).every(({ slot, usage: asked }) => usageOf(policies, slot) === asked);
    if (!fits) throw refuse(EnrolmentError.policy);
    if (agentFaults(this.#hardware.fault()).entropyFailed) throw refuse(EnrolmentError.entropy);
    const scalars = { device: randomScalar(), enrolment: randomScalar() };
    const wrapped = wrapScalars(scalars, this.#hardware.uid);
    keep(encodeMap({ policies: policies.map((one) => ({ ...one })), keys: wrapped }));
    this.keys = keysOf(scalars, this.#hardware.uid);
    return this.keys;
  }

  #stored(): SlotRecord {
    const body = this.#records.read('helper');
    return record.safeParse(body === null ? null : decodeMap(body)).data ?? fresh;
  }
}

const usageOf = (policies: readonly Policy[], slot: number) =>
  policies.find((one) => one.slot === slot)?.usage;

/** Uniform over the scalars of the curve (FIPS 186-5, A.2.1, by way of the derivation that QDID has). */
export const randomScalar = (): Uint8Array => deriveKey(randomBytes(32), 'device', 0).scalar;
