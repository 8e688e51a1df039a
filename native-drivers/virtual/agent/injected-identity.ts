import { randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { EnrolmentError, labelled, SOFTWARE_KEY_INFO } from '#drivers/protocols/smp/enrolment.ts';
import type { ChipHardware } from '../chip/firmware.ts';
import { keyOfScalar, type DerivedKey } from '../qdid/keys.ts';
import type { AgentIdentity, Keys } from './agent-identity.ts';
import { agentFaults } from './faults.ts';
import { keysOf, unwrapScalars, wrapScalars } from './kept-keys.ts';
import type { Records } from './records.ts';
import { refuse } from './refusal.ts';
import { randomScalar } from './slot-identity.ts';
import { openSealed } from './unseal.ts';

const NONCE_BYTES = 16;
const bytes = z.instanceof(Uint8Array);
const sessionRequest = z.object({ nonce: bytes.refine((value) => value.length === NONCE_BYTES) });
const keyRequest = z.object({ enc: bytes, ct: bytes, pub: bytes });

interface Session {
  key: DerivedKey;
  info: Uint8Array;
}

/** A part whose device key is given to it: it makes a key for the session to receive it, and keeps it wrapped. */
export class InjectedIdentity implements AgentIdentity {
  readonly root = 'software';
  keys: Keys | null = null;
  readonly #hardware: ChipHardware;
  readonly #records: Records;
  #session: Session | null = null;

  constructor(hardware: ChipHardware, records: Records) {
    this.#hardware = hardware;
    this.#records = records;
  }

  get isEnrolled(): boolean {
    return this.#records.read('helper') !== null;
  }

  helperHash(): null {
    return null;
  }

  start(): void {
    const wrapped = this.#records.read('helper');
    const scalars = wrapped === null ? null : unwrapScalars(wrapped, this.#hardware.uid);
    this.keys = scalars === null ? null : keysOf(scalars, this.#hardware.uid);
  }

  stop(): void {
    this.#takeSession();
    this.keys = null;
  }

  /** Another key each time: the one before is forgotten. It receives one key and signs nothing. */
  openSession(map: SmpMap): SmpMap {
    const request = sessionRequest.safeParse(map);
    if (!request.success) throw refuse(EnrolmentError.invalid);
    if (this.isEnrolled) throw refuse(EnrolmentError.alreadyEnrolled);
    if (agentFaults(this.#hardware.fault()).entropyFailed) throw refuse(EnrolmentError.entropy);
    const nonce = Uint8Array.from(randomBytes(NONCE_BYTES));
    const bound = Buffer.concat([this.#hardware.uid, request.data.nonce, nonce]);
    this.#session = { key: keyOfScalar(randomScalar()), info: labelled(SOFTWARE_KEY_INFO, bound) };
    return { key: this.#session.key.spki, nonce };
  }

  /** One attempt a session, whatever comes of it. `keep` writes the key, wrapped. */
  async takeKey(map: SmpMap, keep: (body: Uint8Array) => void): Promise<SmpMap> {
    const session = this.#takeSession();
    const request = keyRequest.safeParse(map);
    if (!request.success) throw refuse(EnrolmentError.invalid);
    if (this.isEnrolled) throw refuse(EnrolmentError.alreadyEnrolled);
    if (session === null) throw refuse(EnrolmentError.noSession);
    const { pub } = request.data;
    const device = await openSealed(request.data, session.key, session.info, pub);
    session.key.scalar.fill(0);
    if (device === null) throw refuse(EnrolmentError.unseal);
    if (!isKeyOf(device, pub)) throw refuse(EnrolmentError.keyMismatch);
    const scalars = { device, enrolment: randomScalar() };
    keep(wrapScalars(scalars, this.#hardware.uid));
    this.keys = keysOf(scalars, this.#hardware.uid);
    return { id: this.keys.deviceId, pub: this.keys.device.spki };
  }

  #takeSession(): Session | null {
    const session = this.#session;
    this.#session = null;
    return session;
  }
}

function isKeyOf(scalar: Uint8Array, pub: Uint8Array): boolean {
  try {
    const { spki } = keyOfScalar(scalar);
    return spki.length === pub.length && timingSafeEqual(spki, pub);
  } catch {
    return false;
  }
}
