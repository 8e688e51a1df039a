import type { ChipHardware } from '../chip/firmware.ts';

/** Roots of trust that an enrolment agent can be built for. */
const AGENT_ROOTS = ['qdid', 'esecure', 'software'] as const;
export type AgentRoot = (typeof AGENT_ROOTS)[number];

const CODE_START = 0x02000000;
const SEARCHED = 0x10000;
const MARK = 'RL-AGENT-ROOT:';

/** What stands in an image for its agent's root of trust: `RL-AGENT-ROOT:esecure` and a zero byte. */
export const rootMark = (root: AgentRoot): Buffer => Buffer.from(`${MARK}${root}\0`, 'ascii');

/**
 * The root of trust that the firmware in flash was built for, as its first 64 KiB say. Without a mark it is QDID: the
 * demo firmware of the RA8M1 has none.
 */
export function rootOfImage(hardware: ChipHardware): AgentRoot {
  const code = Buffer.from(hardware.readCode(CODE_START, SEARCHED));
  return AGENT_ROOTS.find((root) => code.includes(rootMark(root))) ?? 'qdid';
}
