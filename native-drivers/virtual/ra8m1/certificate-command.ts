import { checkBootChain } from './boot-certificates.ts';
import { RECORD_NS } from '../ra-rom/flash-times.ts';
import { COMMAND, MAX_PAYLOAD, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { DLM, LEVEL } from './protocol.ts';
import type { RomCommand, RomSession } from './session.ts';

const HMAC_SHA256 = 0x02;

/** Key and code certificate of the boot chain, in one data packet. */
export const certificateCommands: [number, RomCommand][] = [
  [COMMAND.certificates, { lengths: [5], run: begin }],
];

function begin(rom: RomSession, payload: Uint8Array): void {
  const words = Buffer.from(payload);
  const keyBytes = words.readUInt16BE(1);
  const codeBytes = words.readUInt16BE(3);
  if (payload[0] !== HMAC_SHA256) throw new RomRefusal(STATUS.address);
  if (keyBytes + codeBytes > MAX_PAYLOAD) throw new RomRefusal(STATUS.packet);
  const { part } = rom;
  const ready = part.dlm === DLM.oem && rom.accessLevel === LEVEL.two && part.rootKey !== null;
  if (!ready) throw new RomRefusal(STATUS.state);
  rom.expectData(COMMAND.certificates, async (data) => {
    rom.expectData(COMMAND.certificates, null);
    if (data.length !== keyBytes + codeBytes) throw new RomRefusal(STATUS.packet);
    const key = Uint8Array.from(data.subarray(0, keyBytes));
    const code = Uint8Array.from(data.subarray(keyBytes));
    const version = checkBootChain(part, key, code);
    await rom.busy(RECORD_NS);
    part.certificates = { key, code };
    part.rollbackCounter = version;
    rom.done(COMMAND.certificates);
  });
  rom.done(COMMAND.certificates);
}
