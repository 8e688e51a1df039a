/**
 * Where the device's things are kept. Handles of the owner's part of the persistent range and indices of the owner's part
 * of the NV range (TCG, "Registry of reserved TPM 2.0 handles and localities": 81000000 on, 01800000 on); which of them is
 * this station's choice.
 */
export const HANDLE = { identity: 0x81000100, sealed: 0x81000101 } as const;

const CHAIN_FIRST = 0x01800100;
export const MOST_CERTIFICATES = 4;
/** A certificate in each, leaf first, DER as it is. */
export const CHAIN_INDICES: readonly number[] = Array.from(
  { length: MOST_CERTIFICATES },
  (_, position) => CHAIN_FIRST + position,
);
/** `key=value`, a line each. */
export const CONFIGURATION_INDEX = 0x01800110;
