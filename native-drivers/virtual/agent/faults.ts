/** Faults of the agent as the control socket names them (docs/virtual-bench.md); anything else is not ours. */
export interface AgentFaults {
  highNoise: boolean;
  wrongSignature: boolean;
  helperCorrupt: boolean;
  silent: boolean;
  lockUnanswered: boolean;
  /** The part's random source fails its own test. */
  entropyFailed: boolean;
  /** A slot says that its key may leave. */
  exportableSlot: boolean;
  /** Manufacturing seed of the chip that this one is a copy of. */
  clone: Uint8Array | null;
}

const CLONE = /^agent:clone:((?:[0-9a-f]{2}){1,64})$/i;

export function agentFaults(fault: string | null): AgentFaults {
  const seed = CLONE.exec(fault ?? '')?.[1];
  return {
    highNoise: fault === 'agent:high-noise',
    wrongSignature: fault === 'agent:wrong-signature',
    helperCorrupt: fault === 'agent:helper-corrupt',
    silent: fault === 'agent:silent',
    lockUnanswered: fault === 'agent:lock-unanswered',
    entropyFailed: fault === 'agent:entropy-failed',
    exportableSlot: fault === 'agent:exportable-slot',
    clone: seed === undefined ? null : Buffer.from(seed, 'hex'),
  };
}
