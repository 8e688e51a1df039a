/** WebUSB's results as plain data (section 9.2). */
export interface InResult {
  status: 'ok' | 'stall';
  data?: DataView;
}

export interface OutResult {
  status: 'ok' | 'stall';
  bytesWritten: number;
}

export type Sendable = ArrayBuffer | ArrayBufferView;

/** Null: the endpoint stalled. */
export function inResult(bytes: Uint8Array | null): InResult {
  if (bytes === null) return { status: 'stall' };
  return { status: 'ok', data: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** Below zero: the endpoint stalled. */
export function outResult(written: number): OutResult {
  return written < 0 ? { status: 'stall', bytesWritten: 0 } : { status: 'ok', bytesWritten: written };
}

export function bytesOf(data: Sendable | undefined): Uint8Array {
  if (data === undefined) return new Uint8Array(0);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
