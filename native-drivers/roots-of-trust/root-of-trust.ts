import type { Transport } from '../core/link.ts';
import type { KeepFor, OperationContext, OperationInput, OperationResult } from '../core/operations.ts';
import type { AgentLink } from './agent/agent-link.ts';
import type { KeyCapabilities } from './capabilities.ts';

/** What a root of trust can do beyond info, enrol, csr, inject, prove and lock. */
export type RootOfTrustCapability = 'puf' | 'reconstruct' | 'sealed-secrets';

/** The operations that a part's root of trust carries out. Each rejects with DriverError; one runs at a time. */
export interface RootOfTrustSession {
  /** Waits until the firmware answers after a reset (at most 5 s), then says who it is. */
  info(context: OperationContext): Promise<OperationResult<'boot-application'>>;
  /** `keepFor`: a key that the part makes itself is in no copy; `unsupported` before a byte is sent, or no `kept`. */
  enrol(context: OperationContext, keepFor?: KeepFor): Promise<OperationResult<'enrol'>>;
  reconstruct(
    input: OperationInput<'reconstruct'>,
    context: OperationContext,
  ): Promise<OperationResult<'reconstruct'>>;
  csr(input: OperationInput<'csr'>, context: OperationContext): Promise<OperationResult<'csr'>>;
  inject(input: OperationInput<'inject'>, context: OperationContext): Promise<OperationResult<'inject'>>;
  /** `publicKey`: SubjectPublicKeyInfo, DER. `signature`: ECDSA-Sig-Value, DER, already checked once. */
  prove(input: OperationInput<'prove'>, context: OperationContext): Promise<OperationResult<'prove'>>;
  /** Locks the agent only; the chip's own life cycle is the target's business. Never to be repeated blindly. */
  lock(context: OperationContext): Promise<OperationResult<'lock'>>;
  readState(context: OperationContext): Promise<OperationResult<'read-state'>>;
  /** Gives the transport's listeners back; does not close the transport. Never throws. */
  close(): void;
}

/** A registry entry. Adding a root of trust adds one folder and one line in `registry.ts`. */
export interface RootOfTrustDriver {
  id: string;
  title: string;
  capabilities: readonly RootOfTrustCapability[];
  keys: KeyCapabilities;
  create(transport: Transport): RootOfTrustSession;
  /** Where the enrolment agent speaks for it: a session over a link that is open already. */
  overAgent?(link: AgentLink): RootOfTrustSession;
}
