import { describe, expect, it } from 'vitest';
import { controlStretch, type FrameDecoder, type Stretch } from '#drivers/core/decoder.ts';
import type { SetupPacket } from '#drivers/core/usb-setup.ts';
import { cmsisDapDecoder } from '#drivers/protocols/cmsis-dap/decoder.ts';
import { dfuDecoder, dfuseDecoder } from '#drivers/protocols/dfu/decoder.ts';
import { bytesOf, readRecording } from './recorded/recording.test-support.ts';

function setupOf(hex: string): SetupPacket {
  const view = Buffer.from(bytesOf(hex));
  return {
    ...{ requestType: view.readUInt8(0), request: view.readUInt8(1) },
    ...{ value: view.readUInt16LE(2), index: view.readUInt16LE(4), length: view.readUInt16LE(6) },
  };
}

/** What the byte log says of a program that is not ours. */
function heard(name: string, decoder: FrameDecoder): Stretch[] {
  let setup: SetupPacket | null = null;
  return readRecording(name).lines.flatMap((line) => {
    const [sign = '', first = '', second = ''] = line.split(' ');
    const direction = sign.startsWith('>') ? ('sent' as const) : ('received' as const);
    if (sign === '>0') setup = setupOf(first);
    if (sign === '>0' || sign === '<0') {
      if (setup === null) throw new Error('an answer before any request');
      const data = bytesOf(sign === '>0' ? second : first === 'stall' ? '' : first);
      // That a request was taken is not shown.
      if (sign === '<0' && data.length === 0 && first !== 'stall') return [];
      const outcome = first === 'stall' ? ('stalled' as const) : ('ok' as const);
      return [controlStretch(decoder, { setup, direction, data, outcome })];
    }
    return /^[<>]\d/.test(sign) ? decoder.feed(direction, bytesOf(first)) : [];
  });
}

const titles = (stretches: readonly Stretch[]): Set<string> => new Set(stretches.map(({ title }) => title));
const unexplained = (stretches: readonly Stretch[]): string[] =>
  stretches.filter(({ frame, fault }) => !frame || fault).map(({ title }) => title);

describe('the byte log in words', () => {
  it('of dfu-util on an STM32 names every request, and what the part says of it', () => {
    const said = heard('dfu-util-stm32f4', dfuseDecoder());
    expect(unexplained(said)).toEqual([]);
    const wanted = [
      ...[
        'DNLOAD set address',
        'DNLOAD erase',
        'DNLOAD read unprotect',
        'DNLOAD end',
        'GETSTATUS',
        'CLRSTATUS',
      ],
      ...['OK, dfuDNBUSY', 'OK, dfuDNLOAD-IDLE', 'errVENDOR, dfuERROR', 'OK, dfuIDLE'],
    ];
    expect([...titles(said)]).toEqual(expect.arrayContaining(wanted));
    expect(said.find(({ title }) => title === 'DNLOAD erase')?.detail).toBe('08003F00');
  });

  it('of dfu-util on a device of DFU 1.1 names every request', () => {
    const said = heard('dfu-util-dfu11', dfuDecoder());
    expect(unexplained(said)).toEqual([]);
    expect([...titles(said)]).toEqual(
      expect.arrayContaining(['DETACH', 'DNLOAD end', 'GETSTATUS', 'OK, dfuMANIFEST']),
    );
  });

  it('of OpenOCD on a probe names every command and pairs every answer', () => {
    const said = heard('openocd-cmsis-dap', cmsisDapDecoder());
    expect(unexplained(said)).toEqual([]);
    // An answer whose command was not seen says how many, not of how many.
    expect(said.filter(({ title }) => title.endsWith(' done'))).toEqual([]);
    expect(said.filter(({ title }) => title.startsWith('FAULT DAP_Transfer, '))).not.toEqual([]);
    // An AHB-AP of Arm's (IHI 0031, C2.6): the name of the register is the right one.
    expect(said.some(({ detail }) => detail.includes('AP IDR 04770021'))).toBe(true);
    // Every register has a name: nothing is left as a number.
    expect(said.filter(({ detail }) => /(?:AP|DP) [0-9A-F]{2}(?:[ ;]|$)/.test(detail))).toEqual([]);
  });
});
