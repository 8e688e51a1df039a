import { framedDecoder, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';
import { RA_KEY_OPERATIONS, takeRaFrame } from '#drivers/protocols/ra-boot/decoder.ts';
import { NEWLINE } from '#drivers/protocols/smp/constants.ts';
import { takeSmpLine } from '#drivers/protocols/smp/decoder.ts';

/** Behind the marker of two bytes a line is base64 (Zephyr documentation, "SMP over console"). */
const MARKER_BYTES = 2;
const BASE64 = /^[0-9A-Za-z+/=]*\r?$/;

/** The boot ROM's frames and the lines of the enrolment agent: no frame begins as a line does. */
export const ra8Decoder = (): FrameDecoder =>
  framedDecoder((bytes, at, direction) => {
    const frame = takeRaFrame(bytes, at, direction);
    return frame === 'garbage' ? agentLine(bytes, at) : frame;
  }, RA_KEY_OPERATIONS);

/**
 * The middle of a frame can look like the beginning of a line, and be a key: only base64 goes on as one, and an operation
 * with a key vouches for none of it.
 */
function agentLine(bytes: Uint8Array, at: number): Taken {
  const line = takeSmpLine(bytes, at);
  if (line === 'garbage' || !isBase64(bytes, at + MARKER_BYTES)) return 'garbage';
  return line === 'incomplete' ? line : { ...line, frame: false };
}

/** As far as the line is here. */
function isBase64(bytes: Uint8Array, from: number): boolean {
  const end = bytes.indexOf(NEWLINE, from);
  const line = Buffer.from(bytes.subarray(from, end < 0 ? bytes.length : end));
  return BASE64.test(line.toString('latin1'));
}
