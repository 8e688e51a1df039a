import { packetDecoder, said, type FrameDecoder, type Words } from '#drivers/core/decoder.ts';
import { commandWords, strayWords } from './command-words.ts';
import { ACK, COMMAND } from './constants.ts';
import { RegisterNames } from './register-names.ts';
import { blockAnswer, blockWords, transferAnswer, transferWords, type Transfer } from './transfer-words.ts';

/** The one command without a response (CMSIS-DAP 2.1, "DAP_TransferAbort"). */
const TRANSFER_ABORT = 0x07;
/** DAP_QueueCommands and DAP_ExecuteCommands ("Atomic Commands"): what is inside is not looked at. */
const NESTING: readonly number[] = [0x7e, 0x7f];
/** What a probe answers to a command that it does not have ("CMSIS-DAP Commands"). */
const INVALID = 0xff;
/** No probe takes more at once: its packet count is one byte. */
const MOST_PENDING = 256;

type Pending = Omit<Transfer, 'words'> & { id: number };

/**
 * Packets of CMSIS-DAP in words: a response alone does not say what it answers, so each is put beside its command. It
 * marks no keys: operations that carry one are blanked whole.
 */
export function cmsisDapDecoder(): FrameDecoder {
  const talk = new Talk();
  return packetDecoder(
    (packet, direction) => {
      const bytes = Buffer.from(packet);
      return direction === 'sent' ? talk.command(bytes) : talk.response(bytes);
    },
    () => talk.forget(),
  );
}

class Talk {
  private readonly registers = new RegisterNames();
  private pending: Pending[] = [];

  command(packet: Buffer): Words | null {
    const [id = -1] = packet;
    if (id === TRANSFER_ABORT) return said('DAP_TransferAbort');
    const spoken = this.spoken(id, packet);
    if (spoken === null) return null;
    const { words, ...rest } = spoken;
    this.pending = [...this.pending.slice(1 - MOST_PENDING), { id, ...rest }];
    return words;
  }

  response(packet: Buffer): Words | null {
    const [id = -1] = packet;
    if (id === INVALID) return this.notImplemented();
    // Those before it were never answered.
    const at = this.pending.findIndex((one) => one.id === id);
    const asked = at < 0 ? undefined : this.pending.splice(0, at + 1).at(-1);
    if (asked === undefined) return stray(id, packet);
    const ack = packet[id === COMMAND.transfer ? 2 : 3];
    if (asked.selects && ack !== ACK.ok) this.registers.forget();
    return asked.answer(packet);
  }

  /** What SELECT is outlives an operation; a response does not. */
  forget(): void {
    this.pending = [];
  }

  private notImplemented(): Words | null {
    const asked = this.pending.shift();
    return asked === undefined ? null : said(`Not implemented ${asked.name}`);
  }

  private spoken(id: number, packet: Buffer): Transfer | null {
    if (id === COMMAND.transfer) return transferWords(packet, this.registers);
    if (id === COMMAND.transferBlock) return blockWords(packet, this.registers);
    if (NESTING.includes(id)) this.registers.forget();
    const spoken = commandWords(packet);
    return spoken === null ? null : { ...spoken, selects: false };
  }
}

function stray(id: number, packet: Buffer): Words | null {
  if (id === COMMAND.transfer) return transferAnswer(packet, null);
  if (id === COMMAND.transferBlock) return blockAnswer(packet, false);
  return strayWords(packet);
}
