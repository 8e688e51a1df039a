import { FLASH_START, SECTORS } from '../stm32f4/part.ts';
import { RAM } from './memory.ts';

/** Registers of the m-profile ("Debugging with GDB", appendix G.5.3 ARM Features), in the order of `g`. */
const NAMES = [...Array.from({ length: 13 }, (_, index) => `r${index}`), 'sp', 'lr', 'pc', 'xpsr'];
export const SP = 13;
export const PC = 15;
export const REGISTERS = NAMES.length;

const TYPES: Partial<Record<string, string>> = { sp: 'data_ptr', pc: 'code_ptr' };
const register = (name: string): string =>
  `<reg name="${name}" bitsize="32" type="${TYPES[name] ?? 'int'}"/>`;

/** Appendix G Target Descriptions. */
export const TARGET_XML = `<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><architecture>arm</architecture><feature name="org.gnu.gdb.arm.m-profile">${NAMES.map(register).join('')}</feature></target>`;

interface Run {
  start: number;
  bytes: number;
  block: number;
}

/** Sectors of one size beside each other are one region. */
function runs(): Run[] {
  const all: Run[] = [];
  let start = FLASH_START;
  for (const block of SECTORS) {
    const last = all.at(-1);
    if (last?.block === block) last.bytes += block;
    else all.push({ start, bytes: block, block });
    start += block;
  }
  return all;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const flash = ({ start, bytes, block }: Run): string =>
  `<memory type="flash" start="${hex(start)}" length="${hex(bytes)}"><property name="blocksize">${hex(block)}</property></memory>`;
const ram = RAM.map(
  ({ start, length }) => `<memory type="ram" start="${hex(start)}" length="${hex(length)}"/>`,
);

/** Appendix E.18 Memory Map Format. */
export const MEMORY_MAP = `<memory-map>${ram.join('')}${runs().map(flash).join('')}</memory-map>`;
