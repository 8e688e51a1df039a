import { RECORD_NS } from './flash-times.ts';
import { COMMAND, RomRefusal, STATUS } from './protocol.ts';
import type { FrameSession, RomCommands } from './session.ts';

const INITIALIZE_PARAMETER = 0x01;
const INITIALIZE_DISABLED = 0x00;
const INITIALIZE_ENABLED = 0x07;

type Session = FrameSession<{ initializeEnabled: boolean }>;

/** The one parameter that public tools know: may the part be initialized. Disabled is for ever. */
export function parameterCommands<S extends Session>(): RomCommands<S> {
  return [
    [COMMAND.parameterSet, { lengths: [2], run: set }],
    [COMMAND.parameterGet, { lengths: [1], run: get }],
  ];
}

async function set(rom: Session, payload: Uint8Array): Promise<void> {
  const [id, value] = payload;
  const known = value === INITIALIZE_DISABLED || value === INITIALIZE_ENABLED;
  if (id !== INITIALIZE_PARAMETER || !known) throw new RomRefusal(STATUS.address);
  if (value === INITIALIZE_ENABLED && !rom.part.initializeEnabled) throw new RomRefusal(STATUS.protection);
  await rom.busy(RECORD_NS);
  rom.part.initializeEnabled = value === INITIALIZE_ENABLED;
  rom.done(COMMAND.parameterSet);
}

function get(rom: Session, payload: Uint8Array): void {
  if (payload[0] !== INITIALIZE_PARAMETER) throw new RomRefusal(STATUS.address);
  const value = rom.part.initializeEnabled ? INITIALIZE_ENABLED : INITIALIZE_DISABLED;
  rom.answer(COMMAND.parameterGet, Uint8Array.of(value));
}
