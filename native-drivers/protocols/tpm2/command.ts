import { joined, sized, u16, u32, u8 } from './buffer.ts';
import { HEADER_BYTES, RH, TAG } from './constants.ts';

const CONTINUE_SESSION = 1;

export interface TpmCommand {
  code: number;
  handles?: readonly number[];
  /** One password for each handle that wants one; left out: the command has no sessions. */
  passwords?: readonly Uint8Array[];
  parameters?: readonly Uint8Array[];
}

/** Tag, size, code, handles, passwords with their size before them, parameters (part 1, 18.2 and 19.4). */
export function commandBytes({ code, handles = [], passwords, parameters = [] }: TpmCommand): Uint8Array {
  const area = passwords?.map((password) =>
    joined(u32(RH.password), sized(), u8(CONTINUE_SESSION), sized(password)),
  );
  const sessions = area === undefined ? new Uint8Array(0) : joined(u32(joined(...area).length), ...area);
  const body = joined(...handles.map(u32), sessions, ...parameters);
  const tag = passwords === undefined ? TAG.noSessions : TAG.sessions;
  return joined(u16(tag), u32(HEADER_BYTES + body.length), u32(code), body);
}
