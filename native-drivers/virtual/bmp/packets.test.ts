import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GdbParser } from '#drivers/protocols/gdb-remote/parser.ts';
import { escapeInto, packet } from '#drivers/protocols/gdb-remote/writer.ts';
import { HostReader, probePacket, type HostInput } from './packets.ts';

function read(bytes: Iterable<number>): HostInput[] {
  const reader = new HostReader();
  return [...bytes].flatMap((byte) => reader.take(byte) ?? []);
}

describe('packets of the simulated probe', () => {
  it('reads the first packet that GDB 13 sends', () => {
    const question =
      'qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;fork-events+;vfork-events+;exec-events+;vContSupported+;QThreadEvents+;no-resumed+;memory-tagging+;xmlRegisters=i386';
    expect(read(Buffer.from(`$${question}#77`))).toEqual([
      { kind: 'packet', text: Uint8Array.from(Buffer.from(question)) },
    ]);
  });

  it('resolves an escape, and tells an interrupt from noise', () => {
    expect(read(Buffer.from('$vFlashWrite:8000000:a}]#76\x03z', 'latin1'))).toEqual([
      { kind: 'packet', text: Uint8Array.from(Buffer.from('vFlashWrite:8000000:a}', 'latin1')) },
      { kind: 'interrupt' },
      { kind: 'noise' },
    ]);
  });

  it('refuses a wrong sum, and starts again at the next dollar', () => {
    expect(read(Buffer.from('$OK#9b$O$OK#9a'))).toEqual([
      { kind: 'damaged' },
      { kind: 'packet', text: Uint8Array.from(Buffer.from('OK')) },
    ]);
  });

  it("reads every packet of the driver's writer, whatever stands before it", () => {
    const noise = fc.array(fc.constantFrom(0x23, 0x2b, 0x2a, 0x7d, 0x61));
    fc.assert(
      fc.property(noise, fc.uint8Array({ maxLength: 300 }), (before, data) => {
        const framed = packet(escapeInto(data, Number.MAX_SAFE_INTEGER).escaped);
        const inputs = read([...before, ...framed]);
        expect(inputs.at(-1)).toEqual({ kind: 'packet', text: Uint8Array.from(data) });
        expect(inputs).toHaveLength(before.length + 1);
      }),
    );
  });

  it("writes packets that the driver's parser takes for what they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const bytes = probePacket(Buffer.from(data).toString('latin1'));
        expect(new GdbParser().push(bytes)).toEqual([{ kind: 'packet', data: Uint8Array.from(data) }]);
      }),
    );
  });
});
