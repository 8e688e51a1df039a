import { openSerial, type SerialTransport } from '../serial.ts';
import { BOARD_KINDS } from './board-kinds.ts';

/** One board on one port; sites share it, each with channels of its own. */
export interface RelayBoard {
  /** Resolves when the contact or pin has moved. Rejects with `port-gone`, or `no-answer` of a board that answers. */
  set(channel: number, low: boolean): Promise<void>;
  close(): Promise<void>;
}

interface Shared {
  port: Promise<SerialTransport>;
  users: number;
  turn: Promise<unknown>;
}

const boards = new Map<string, Shared>();

/** Opens the board, or takes part in it where another site of this process has it open. */
export async function openRelayBoard(path: string, kind: keyof typeof BOARD_KINDS): Promise<RelayBoard> {
  const board = boards.get(path) ?? begin(path, kind);
  board.users += 1;
  try {
    await board.port;
  } catch (error) {
    await leave(path, board);
    throw error;
  }
  let left = false;
  return {
    set: (channel, low) => inTurn(board, async () => BOARD_KINDS[kind].set(await board.port, channel, low)),
    close: async () => {
      if (!left) await leave(path, board);
      left = true;
    },
  };
}

function begin(path: string, kind: keyof typeof BOARD_KINDS): Shared {
  const port = openSerial(path, BOARD_KINDS[kind].baudRate);
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
