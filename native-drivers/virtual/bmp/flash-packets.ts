import { SECTORS, sectorStart } from '../stm32f4/part.ts';
import { sectorsOf } from './memory.ts';
import { ERASE_NS, SWD_BYTE_NS, WORD_NS, type Answer, type ProbeSession } from './session.ts';

const FAILED = 'EFF';

/** Whole sectors, one after another. */
export async function flashErase(probe: ProbeSession, address: number, length: number): Promise<Answer> {
  const sectors = probe.attached ? sectorsOf(probe.part, address, length) : null;
  if (sectors === null) return FAILED;
  probe.resetCore();
  for (const sector of sectors) {
    const bytes = SECTORS[sector] ?? 0;
    await probe.busy(ERASE_NS.get(bytes) ?? 0);
    probe.part.flash.erase(sectorStart(sector), bytes);
  }
  return 'OK';
}

/** Flash that was not erased keeps its zeros, and nobody is told: RM0090 names no error for it. */
export async function flashWrite(probe: ProbeSession, address: number, bytes: Uint8Array): Promise<Answer> {
  const { part, host } = probe;
  if (!probe.attached || sectorsOf(part, address, bytes.length) === null) return FAILED;
  if (host.faults.take('power-cut-mid-write') !== null) {
    part.flash.program(address, bytes.subarray(0, bytes.length >> 1));
    host.restart();
    return null;
  }
  await probe.busy(Math.ceil(bytes.length / 4) * Math.max(WORD_NS, SWD_BYTE_NS * 4));
  part.flash.program(address, bytes);
  return 'OK';
}
