import { dlmCommands } from '../ra-rom/dlm-move.ts';
import { eraseAll } from '../ra-rom/flash-commands.ts';
import { RECORD_NS } from '../ra-rom/flash-times.ts';
import { parameterCommands } from '../ra-rom/parameter-commands.ts';
import { COMMAND, FIRST_BAUD_RATE, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { AREAS } from './memory-map.ts';
import { DLM, LEVEL } from './protocol.ts';
import type { RomCommand, RomSession } from './session.ts';

/** Life-cycle moves that need no key. */
const FREE_MOVES = new Map<number, readonly number[]>([
  [DLM.cm, [DLM.oem]],
  [DLM.oem, [DLM.lckBoot]],
]);

/** Life-cycle state, protection and authentication level, initialize, parameters, TrustZone boundary. */
export const lifecycleCommands: [number, RomCommand][] = [
  ...dlmCommands<RomSession>(FREE_MOVES),
  [
    COMMAND.protectionGet,
    { lengths: [0], run: (rom) => rom.answer(COMMAND.protectionGet, Uint8Array.of(rom.part.protection)) },
  ],
  [COMMAND.protectionMove, { lengths: [2], run: moveProtection }],
  [
    COMMAND.authenticationGet,
    { lengths: [0], run: (rom) => rom.answer(COMMAND.authenticationGet, Uint8Array.of(rom.accessLevel)) },
  ],
  [COMMAND.initialize, { lengths: [2], run: initialize }],
  ...parameterCommands<RomSession>(),
  [COMMAND.boundaryGet, { lengths: [0], run: (rom) => rom.answer(COMMAND.boundaryGet, rom.part.boundary) }],
  [
    COMMAND.boundarySet,
    {
      lengths: [10],
      run: async (rom, payload) => {
        if (rom.accessLevel !== LEVEL.two) throw new RomRefusal(STATUS.state);
        await rom.busy(RECORD_NS);
        rom.part.boundary = Uint8Array.from(payload);
        rom.done(COMMAND.boundarySet);
      },
    },
  ],
];

/** Down is free; up needs that level's authentication. Staying where one is counts as a move. */
async function moveProtection(rom: RomSession, payload: Uint8Array): Promise<void> {
  const [from = 0, to = 0] = payload;
  const { part } = rom;
  const known = to >= LEVEL.two && to <= LEVEL.zero;
  const reached = to >= part.protection || (rom.authenticated ?? LEVEL.zero) <= to;
  if (part.dlm !== DLM.oem || from !== part.protection || !known || !reached)
    throw new RomRefusal(STATUS.state);
  await rom.busy(RECORD_NS);
  part.protection = to;
  rom.done(COMMAND.protectionMove);
}

/**
 * Erases everything and starts the ROM anew: nothing is answered before the next handshake, with or without a reset.
 * RA8 has the one state OEM to go to; the first generation's SSD, which older tools name, is taken for it.
 */
async function initialize(rom: RomSession, payload: Uint8Array): Promise<void> {
  const [from, to] = payload;
  const { part } = rom;
  if (!part.initializeEnabled) throw new RomRefusal(STATUS.notAccepted);
  const target = to === DLM.oem || to === DLM.ssd;
  if (from !== part.dlm || part.dlm !== DLM.oem || !target) throw new RomRefusal(STATUS.state);
  await eraseAll(rom, AREAS);
  await rom.busy(RECORD_NS);
  part.initialize();
  rom.done(COMMAND.initialize);
  rom.host.setBaudRate(FIRST_BAUD_RATE);
  rom.restart();
}
