/** Writers of text images for tests, after the same specifications as the parsers, sharing no code with them. */
const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
const sum = (digits: string) => Buffer.from(digits, 'hex').reduce((total, byte) => total + byte, 0);

export interface Run {
  address: number;
  bytes: Uint8Array;
}

function* chunks(runs: readonly Run[]): Generator<Run> {
  for (const run of runs)
    for (let at = 0; at < run.bytes.length;) {
      const address = run.address + at;
      const take = Math.min(32, 0x10000 - (address % 0x10000), run.bytes.length - at);
      yield { address, bytes: run.bytes.subarray(at, at + take) };
      at += take;
    }
}

export function toSRecord(runs: readonly Run[]): string {
  const record = (type: string, body: string) => {
    const counted = hex(body.length / 2 + 1, 2) + body;
    return `S${type}${counted}${hex(~sum(counted) & 0xff, 2)}\n`;
  };
  const data = [...chunks(runs)].map((chunk) =>
    record('3', hex(chunk.address, 8) + Buffer.from(chunk.bytes).toString('hex').toUpperCase()),
  );
  return (
    record('0', '000054455354') + data.join('') + record('5', hex(data.length, 4)) + record('7', hex(0, 8))
  );
}

export function toIntelHex(runs: readonly Run[]): string {
  const record = (type: number, offset: number, body: string) => {
    const counted = hex(body.length / 2, 2) + hex(offset, 4) + hex(type, 2) + body;
    return `:${counted}${hex(-sum(counted) & 0xff, 2)}\r\n`;
  };
  const data = [...chunks(runs)].map(
    (chunk) =>
      record(4, 0, hex(Math.floor(chunk.address / 0x10000), 4)) +
      record(0, chunk.address % 0x10000, Buffer.from(chunk.bytes).toString('hex').toUpperCase()),
  );
  return data.join('') + record(1, 0, '');
}
