import { setTimeout as delay } from 'node:timers/promises';
import { openSerial, type SerialTransport } from '../serial.ts';

/**
 * Serial relay boards of the LCUS kind ("LC USB switch communication protocol", as their makers' product pages print it):
 * 9600 Bd, four bytes a command: A0, channel from 1, state, low byte of their sum. `A0 01 01 A2` closes the first relay.
 * No answer is described.
 */
export const RELAY_BAUD_RATE = 9600;
export const RELAY_START = 0xa0;
/** Time in which a contact has moved: at most 10 ms (Songle SRD-05VDC, data sheet, operate time); the frame takes 4.2. */
const MOVED_MS = 15;

export function relayFrame(channel: number, closed: boolean): Uint8Array {
  const state = closed ? 1 : 0;
  return Uint8Array.of(RELAY_START, channel, state, (RELAY_START + channel + state) & 0xff);
}

/** One board on one port; sites share it, each with channels of its own. */
export interface RelayBoard {
  /** Resolves when the contact has moved. Rejects with `port-gone`. */
  set(channel: number, closed: boolean): Promise<void>;
  close(): Promise<void>;
}

interface Shared {
  port: Promise<SerialTransport>;
  users: number;
  turn: Promise<unknown>;
}

const boards = new Map<string, Shared>();

/** Opens the board, or takes part in it where another site of this process has it open. */
export async function openRelayBoard(path: string): Promise<RelayBoard> {
  const board = boards.get(path) ?? begin(path);
  board.users += 1;
  try {
    await board.port;
  } catch (error) {
    await leave(path, board);
    throw error;
  }
  let left = false;
  return {
    set: (channel, closed) => inTurn(board, () => move(board, channel, closed)),
    close: async () => {
      if (!left) await leave(path, board);
      left = true;
    },
  };
}

function begin(path: string): Shared {
  const port = openSerial(path, RELAY_BAUD_RATE);
  const board: Shared = { port, users: 0, turn: Promise.resolve() };
  boards.set(path, board);
  // A board that was pulled is opened anew by the next who asks; those who have it are told by their next command.
  void port.then(
    (open) => open.onGone(() => forget(path, board)),
    () => forget(path, board),
  );
  return board;
}

function forget(path: string, board: Shared): void {
  if (boards.get(path) === board) boards.delete(path);
}

/** Commands go one by one: a board has one small buffer. */
function inTurn(board: Shared, act: () => Promise<void>): Promise<void> {
  const mine = board.turn.then(act);
  board.turn = mine.catch(() => undefined);
  return mine;
}

async function move(board: Shared, channel: number, closed: boolean): Promise<void> {
  const port = await board.port;
  await port.write(relayFrame(channel, closed));
  // The board says nothing: its contact's own time is all there is to go by.
  await delay(MOVED_MS);
}

async function leave(path: string, board: Shared): Promise<void> {
  board.users -= 1;
  if (board.users > 0) return;
  forget(path, board);
  await board.turn;
  await board.port.then(
    (port) => port.close(),
    () => undefined,
  );
}
