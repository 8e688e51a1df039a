import { hex } from '#drivers/core/hex.ts';
import { JTAG_TO_SWD, LINE_RESET_BITS } from './constants.ts';

/** What single commands and answers of CMSIS-DAP 2.1 carry, each as the page of its name has it. Bytes are there. */

export const count = (value: number): string => value.toLocaleString('en');
export const hex8 = (value: number): string => hex(value, 8);
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

const PORTS = ['default port', 'SWD', 'JTAG'] as const;
export const portOf = ([, port = 0]: Buffer): string => PORTS[port] ?? `port ${port}`;

export const hostStatus = ([, type, on]: Buffer): string =>
  `${type === 0 ? 'connected' : 'running'} ${on === 1 ? 'on' : 'off'}`;

export const transferConfigure = (it: Buffer): string =>
  [
    `${it.readUInt8(1)} idle cycles`,
    `WAIT ${count(it.readUInt16LE(2))} times`,
    `match ${count(it.readUInt16LE(4))} times`,
  ].join(', ');

export const abortValue = (it: Buffer): string => hex8(it.readUInt32LE(2));
export const delay = (it: Buffer): string => `${count(it.readUInt16LE(1))} µs`;
export const clock = (it: Buffer): string => `${count(it.readUInt32LE(1))} Hz`;
export const inside = ([, number]: Buffer): string => `${number} inside`;
export const resetDone = ([, , done]: Buffer): string =>
  done === 1 ? 'a sequence was run' : 'no sequence of its own';
export const idcode = (it: Buffer): string => (it.length < 6 ? '' : hex8(it.readUInt32LE(2)));

/** Turnaround in bits 0 and 1, less one; bit 2: a data phase also after WAIT and FAULT. */
export function swdConfigure([, configuration = 0]: Buffer): string {
  const cycles = (configuration & 3) + 1;
  const always = (configuration & 4) === 0 ? '' : ', data phase always';
  return `turnaround ${cycles} ${cycles === 1 ? 'cycle' : 'cycles'}${always}`;
}

/** DAP_SWJ_Sequence: 0 is 256 bits. */
export function sequence(it: Buffer): string {
  const bits = it[1] === 0 ? 256 : (it[1] ?? 0);
  const bytes = it.subarray(2, 2 + Math.ceil(bits / 8));
  const ones = bits >= LINE_RESET_BITS && bytes.every((byte) => byte === 0xff);
  const toSwd = bits === 16 && bytes.every((byte, index) => byte === JTAG_TO_SWD[index]);
  const meaning = ones ? ' (line reset)' : toSwd ? ' (JTAG to SWD)' : '';
  return `${bits} bits ${hexOf(bytes)}${meaning}`;
}

/** Bits of DAP_SWJ_Pins. */
const PINS: readonly (readonly [bit: number, name: string])[] = [
  [0x01, 'SWCLK'],
  [0x02, 'SWDIO'],
  [0x04, 'TDI'],
  [0x08, 'TDO'],
  [0x20, 'nTRST'],
  [0x80, 'nRESET'],
];

const pinsOf = (output: number, select: number): string =>
  PINS.filter(([bit]) => (select & bit) !== 0)
    .map(([bit, name]) => `${name} ${(output & bit) === 0 ? 'low' : 'high'}`)
    .join(', ');

export const pinsNow = ([, pins = 0]: Buffer): string => pinsOf(pins, 0xff);

export function pinsAsked(it: Buffer): string {
  const pins = pinsOf(it.readUInt8(1), it.readUInt8(2));
  const wait = it.readUInt32LE(3);
  return `${pins === '' ? 'none is changed' : pins}${wait === 0 ? '' : `, wait ${count(wait)} µs`}`;
}

/** Ids of DAP_Info; those below F0 are texts. */
const INFO_NAMES: Readonly<Record<number, string>> = {
  ...{ 0x01: 'vendor', 0x02: 'product', 0x03: 'serial number', 0x04: 'protocol version' },
  ...{ 0x05: 'target vendor', 0x06: 'target name', 0x07: 'board vendor', 0x08: 'board name' },
  ...{ 0x09: 'firmware version', 0xf0: 'capabilities', 0xf1: 'timer', 0xfb: 'UART receive buffer' },
  ...{ 0xfc: 'UART transmit buffer', 0xfd: 'trace buffer', 0xfe: 'packet count', 0xff: 'packet size' },
};
const FIRST_NUMBER = 0xf0;

export const infoName = ([, id = 0]: Buffer): string => INFO_NAMES[id] ?? `id ${hexOf(Uint8Array.of(id))}`;

/** `asked`: empty where the command was not seen. */
export function infoTold(it: Buffer, asked: Buffer): string {
  const bytes = it.subarray(2, 2 + (it[1] ?? 0));
  const name = asked.length === 0 ? '' : `${infoName(asked)}: `;
  if (bytes.length === 0) return `${name}none`;
  const isText = (asked[1] ?? FIRST_NUMBER) < FIRST_NUMBER;
  if (isText) return name + bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '');
  return name + (bytes.length <= 4 ? count(bytes.readUIntLE(0, bytes.length)) : hexOf(bytes));
}
