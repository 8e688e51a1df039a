import { ATTRIBUTE, DFU_CLASS, DFU_SUBCLASS, FUNCTIONAL } from './constants.ts';
import { formError } from './errors.ts';

/** What a device says of its DFU interface (DFU 1.1, table 4.2). */
export interface DfuFunctional {
  canDownload: boolean;
  canUpload: boolean;
  manifestationTolerant: boolean;
  /** It leaves the bus by itself after DETACH; the host resets it otherwise. */
  willDetach: boolean;
  detachMs: number;
  /** Bytes of one block. */
  transferSize: number;
  /** BCD; 0x011a: ST's extension. A descriptor of DFU 1.0 has none: 0x0100. */
  version: number;
}

/** USB 2.0, table 9-5. */
const INTERFACE = 4;
/** Of DFU 1.0 (table 4.2 there), which has no version. */
const SHORT_BYTES = 7;
const LONG_BYTES = 9;
const DFU_1_0 = 0x0100;

/** One functional descriptor. Throws `bad-frame`. */
export function parseFunctional(bytes: Uint8Array): DfuFunctional {
  const view = Buffer.from(bytes);
  if (view.length < SHORT_BYTES || view[1] !== FUNCTIONAL)
    throw formError('DFU functional descriptor', 'is none', { bytes: view.length });
  const attributes = view.readUInt8(2);
  const transferSize = view.readUInt16LE(5);
  if (transferSize === 0) throw formError('DFU functional descriptor', 'a block of no bytes');
  return {
    canDownload: (attributes & ATTRIBUTE.canDownload) !== 0,
    canUpload: (attributes & ATTRIBUTE.canUpload) !== 0,
    manifestationTolerant: (attributes & ATTRIBUTE.manifestationTolerant) !== 0,
    willDetach: (attributes & ATTRIBUTE.willDetach) !== 0,
    detachMs: view.readUInt16LE(3),
    transferSize,
    version: view.length >= LONG_BYTES ? view.readUInt16LE(7) : DFU_1_0,
  };
}

/** The one of the DFU interface in a whole configuration descriptor (USB 2.0, section 9.4.3). Throws `bad-frame`. */
export function findFunctional(configuration: Uint8Array): DfuFunctional {
  let inside = false;
  for (let at = 0; at < configuration.length;) {
    const length = configuration[at] ?? 0;
    const one = configuration.subarray(at, at + length);
    if (length < 2 || one.length < length) throw formError('configuration descriptor', 'is cut off', { at });
    if (one[1] === INTERFACE) inside = one[5] === DFU_CLASS && one[6] === DFU_SUBCLASS;
    if (one[1] === FUNCTIONAL && inside) return parseFunctional(one);
    at += length;
  }
  throw formError('configuration descriptor', 'has no DFU functional descriptor');
}
