import { RECORD_NS } from './flash-times.ts';
import { COMMAND, RomRefusal, STATUS } from './protocol.ts';
import type { FrameSession, RomCommands } from './session.ts';

/** The one state that both generations end in: the boot ROM never speaks again. */
export const LCK_BOOT = 0x06;

type Session = FrameSession<{ dlm: number }>;

/** Life-cycle state, and the moves that need no key: from a state to those that its list has. */
export function dlmCommands<S extends Session>(
  freeMoves: ReadonlyMap<number, readonly number[]>,
): RomCommands<S> {
  return [
    [
      COMMAND.dlmState,
      { lengths: [0], run: (rom) => rom.answer(COMMAND.dlmState, Uint8Array.of(rom.part.dlm)) },
    ],
    [COMMAND.dlmMove, { lengths: [2], run: (rom, payload) => move(rom, payload, freeMoves) }],
  ];
}

async function move(
  rom: Session,
  payload: Uint8Array,
  freeMoves: ReadonlyMap<number, readonly number[]>,
): Promise<void> {
  const [from = 0, to = 0] = payload;
  const { part, host } = rom;
  if (from !== part.dlm || freeMoves.get(from)?.includes(to) !== true) throw new RomRefusal(STATUS.state);
  const locks = to === LCK_BOOT;
  if (locks && host.faults.take('lock-lost') !== null) return;
  await rom.busy(RECORD_NS);
  part.dlm = to;
  if (!locks || host.faults.take('lock-silent') === null) rom.done(COMMAND.dlmMove);
  if (locks) host.fallSilent();
}
