import { framedDecoder, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';

const [PLUS, MINUS, DOLLAR, HASH] = [0x2b, 0x2d, 0x24, 0x23];
/** Longer than any packet that a server here announces. */
const LONGEST = 70_000;

/** Packets of GDB's remote protocol: `$data#cs`, and what acknowledges them (GDB manual, "Overview" of the protocol). */
export const gdbRemoteDecoder = (): FrameDecoder => framedDecoder(take);

function take(bytes: Uint8Array, at: number): Taken {
  const first = bytes[at];
  if (first === PLUS || first === MINUS)
    return { size: 1, title: first === PLUS ? 'ACK' : 'NAK', detail: '', secret: 'none', fault: false };
  if (first !== DOLLAR) return 'garbage';
  const end = bytes.indexOf(HASH, at);
  if (end < 0) return bytes.length - at > LONGEST ? 'garbage' : 'incomplete';
  if (bytes.length < end + 3) return 'incomplete';
  const body = bytes.subarray(at + 1, end);
  const told = Number.parseInt(Buffer.from(bytes.subarray(end + 1, end + 3)).toString('latin1'), 16);
  const fault = body.reduce((sum, byte) => (sum + byte) & 0xff, 0) !== told;
  const text = Buffer.from(body.subarray(0, 80))
    .toString('latin1')
    .replace(/[^ -~]/g, '·');
  return {
    size: end + 3 - at,
    title: text === '' ? '(empty)' : text,
    detail: `${body.length} B`,
    secret: 'none',
    fault,
  };
}
