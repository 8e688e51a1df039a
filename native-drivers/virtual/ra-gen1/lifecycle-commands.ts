import { dlmCommands } from '../ra-rom/dlm-move.ts';
import { eraseAll } from '../ra-rom/flash-commands.ts';
import { RECORD_NS } from '../ra-rom/flash-times.ts';
import { parameterCommands } from '../ra-rom/parameter-commands.ts';
import { COMMAND, FIRST_BAUD_RATE, RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { DLM } from './part.ts';
import type { Gen1Commands, Gen1Session } from './session.ts';

/** Life-cycle moves that need no key. */
const FREE_MOVES = new Map<number, readonly number[]>([
  [DLM.CM, [DLM.SSD]],
  [DLM.SSD, [DLM.NSECSD, DLM.DPL]],
  [DLM.NSECSD, [DLM.DPL]],
  [DLM.DPL, [DLM.LCK_DBG, DLM.LCK_BOOT]],
  [DLM.LCK_DBG, [DLM.LCK_BOOT]],
]);

/** Granularity of CFS1 CFS2 DFS SRS1 SRS2, KiB: as FSP's TrustZone chapter has it. */
const BOUNDARY_UNITS = [1, 32, 1, 1, 8];

/** Life cycle, parameters, boundary, initialize. */
export const lifecycleCommands: Gen1Commands = [
  ...dlmCommands<Gen1Session>(FREE_MOVES),
  ...parameterCommands<Gen1Session>(),
  [COMMAND.initialize, { lengths: [2], run: initialize }],
  [COMMAND.boundaryGet, { lengths: [0], run: (rom) => rom.answer(COMMAND.boundaryGet, rom.part.boundary) }],
  [COMMAND.boundarySet, { lengths: [10], run: setBoundary }],
];

/** From SSD, NSECSD and DPL to SSD; a part that was told so never takes it again. */
async function initialize(rom: Gen1Session, payload: Uint8Array): Promise<void> {
  const [from = 0, to] = payload;
  const { part } = rom;
  if (!part.initializeEnabled) throw new RomRefusal(STATUS.notAccepted);
  const open: readonly number[] = [DLM.SSD, DLM.NSECSD, DLM.DPL];
  if (from !== part.dlm || to !== DLM.SSD || !open.includes(from)) throw new RomRefusal(STATUS.state);
  await eraseAll(rom, part.device.areas);
  await rom.busy(RECORD_NS);
  part.initialize();
  rom.done(COMMAND.initialize);
  rom.host.setBaudRate(FIRST_BAUD_RATE);
  rom.restart();
}

/** In SSD only; in force after the next reset. */
async function setBoundary(rom: Gen1Session, payload: Uint8Array): Promise<void> {
  if (rom.part.dlm !== DLM.SSD) throw new RomRefusal(STATUS.state);
  const words = BOUNDARY_UNITS.map((unit, index) => ({
    unit,
    value: Buffer.from(payload).readUInt16BE(index * 2),
  }));
  const [cfs1 = 0, cfs2 = 0, , srs1 = 0, srs2 = 0] = words.map(({ value }) => value);
  const aligned = words.every(({ unit, value }) => value % unit === 0);
  if (!aligned || cfs1 > cfs2 || srs1 > srs2) throw new RomRefusal(STATUS.address);
  await rom.busy(RECORD_NS);
  rom.part.boundary = Uint8Array.from(payload);
  rom.done(COMMAND.boundarySet);
}
