/** Bit by bit as the data sheet draws it: polynomial 8005, least significant data bit first. */
export function checksum(bytes: Uint8Array): Buffer {
  let register = 0;
  for (const byte of bytes)
    for (let mask = 1; mask < 0x100; mask <<= 1) {
      const top = (register & 0x8000) !== 0;
      register = (register << 1) & 0xffff;
      if (((byte & mask) !== 0) !== top) register ^= 0x8005;
    }
  return Buffer.of(register & 0xff, register >>> 8);
}

export function framed(content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.of(content.length + 3), content]);
  return Buffer.concat([body, checksum(body)]);
}

/** Null where count or checksum are wrong: the chip answers FF then. */
export function unframed(bytes: Uint8Array): Buffer | null {
  const whole = Buffer.from(bytes);
  if (whole.length < 7 || whole[0] !== whole.length) return null;
  const body = whole.subarray(0, -2);
  return checksum(body).equals(whole.subarray(-2)) ? Buffer.from(body.subarray(1)) : null;
}
