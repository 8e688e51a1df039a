import { damaged, plainDecoder, said } from '#drivers/core/decoder.ts';
import type { ControlStage, FrameDecoder, Words } from '#drivers/core/decoder.ts';
import { hex } from '#drivers/core/hex.ts';
import { DFUSE, REQUEST } from './constants.ts';
import { stateName, statusName } from './errors.ts';
import { parseStatus } from './status.ts';

/** bmRequestType without its direction: class request to an interface (DFU 1.1, table 3.1; USB 2.0, table 9-2). */
const TO_INTERFACE = 0x21;
const TO_HOST = 0x80;
/** By bRequest (DFU 1.1, table 3.2), and those that read. */
const NAMES = ['DETACH', 'DNLOAD', 'UPLOAD', 'GETSTATUS', 'CLRSTATUS', 'GETSTATE', 'ABORT'] as const;
const READS: readonly number[] = [REQUEST.upload, REQUEST.getStatus, REQUEST.getState];
/** Length of GETSTATUS's answer (DFU 1.1, section 6.1.2). */
const STATUS_BYTES = 6;
/** Set address and erase: a command byte and an address (ST AN3156, sections 5.2 and 5.3). */
const ADDRESSED_BYTES = 5;
/** Commands as GET lists them; GET itself is an UPLOAD of block 0 (ST AN3156, section 4.2; AN2662, section 4.4.2). */
const COMMAND_NAMES = new Map<number, string>([
  [0x00, 'get'],
  [DFUSE.setAddress, 'set address'],
  [DFUSE.erase, 'erase'],
  [DFUSE.readUnprotect, 'read unprotect'],
]);

/** Requests of USB DFU 1.1 in words. It marks no keys: operations that carry one are blanked whole. */
export const dfuDecoder = (): FrameDecoder => ({
  ...plainDecoder(),
  control: (stage) => words(stage, false),
});

/** With ST's extension, in which downloads to block 0 are commands (UM0424, section 10; AN3156). */
export const dfuseDecoder = (): FrameDecoder => ({
  ...plainDecoder(),
  control: (stage) => words(stage, true),
});

const count = (bytes: number): string => `${bytes.toLocaleString('en')} B`;

function words(stage: ControlStage, extended: boolean): Words | null {
  const { requestType, request } = stage.setup;
  const name = NAMES[request];
  const reads = READS.includes(request);
  if (name === undefined || requestType !== (reads ? TO_INTERFACE | TO_HOST : TO_INTERFACE)) return null;
  if (stage.direction === 'sent') return asked(stage, name, extended);
  if (stage.outcome === 'stalled') return said(`Stalled ${name}`);
  if (stage.outcome === 'failed') return said(`No answer to ${name}`);
  return answered(stage, name, extended);
}

function asked({ setup, data }: ControlStage, name: string, extended: boolean): Words {
  const { request, value, length } = setup;
  if (request === REQUEST.detach) return said(name, `within ${value.toLocaleString('en')} ms`);
  if (request === REQUEST.upload)
    return said(extended && value === 0 ? `${name} commands` : `${name} block ${value}, ${count(length)}`);
  if (request !== REQUEST.download) return said(name);
  // DFU 1.1, section 6.1.1.1; ST's boot loader leaves for the program then (AN3156, section 5.5).
  if (data.length === 0) return said(`${name} end`, extended ? 'leave for the program' : 'no more blocks');
  if (extended && value === 0) return command(name, data);
  return said(`${name} block ${value}, ${count(data.length)}`);
}

/** ST AN3156, sections 5.2 to 5.4. What follows the command byte is in the detail alone. */
function command(request: string, data: Uint8Array): Words {
  const [code = 0] = data;
  const name = `${request} ${COMMAND_NAMES.get(code) ?? `command ${hex(code, 2)}`}`;
  if (code === DFUSE.erase && data.length === 1) return said(`${name} all`);
  if (code === DFUSE.setAddress || code === DFUSE.erase)
    return data.length === ADDRESSED_BYTES
      ? said(name, hex(Buffer.from(data).readUInt32LE(1), 8))
      : damaged(name);
  return said(name, data.length === 1 ? '' : count(data.length));
}

function answered({ setup, data }: ControlStage, name: string, extended: boolean): Words {
  if (setup.request === REQUEST.getStatus) {
    if (data.length !== STATUS_BYTES) return damaged(name);
    const { status, state, pollMs } = parseStatus(data);
    const wait = pollMs === 0 ? '' : `ask again after ${pollMs.toLocaleString('en')} ms`;
    return said(`${statusName(status)}, ${stateName(state)}`, wait);
  }
  if (setup.request === REQUEST.getState)
    return data.length === 1 ? said(stateName(data[0] ?? 0)) : damaged(name);
  if (extended && setup.value === 0)
    return said('Commands', [...data].map((code) => COMMAND_NAMES.get(code) ?? hex(code, 2)).join(', '));
  return said(`Block ${setup.value}, ${count(data.length)}`);
}
