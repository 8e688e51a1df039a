import { describe, expect, it } from 'vitest';
import { ACK, COMMAND, REQUEST } from '#drivers/protocols/cmsis-dap/constants.ts';
import { parseTransfer, transferPackets, type Access } from '#drivers/protocols/cmsis-dap/packets.ts';
import { exchanges, readRecording } from './recorded/recording.test-support.ts';
import { hexOf } from './recorded/usb-tap.ts';

/** Packets of the recorded probe. */
const PACKET_BYTES = 512;
const HEAD = 3;

/** What a DAP_Transfer asks for (CMSIS-DAP 2.1), by this test's own reading of the bytes. */
function accessesIn(command: Uint8Array): Access[] {
  const view = Buffer.from(command);
  const found: Access[] = [];
  let at = HEAD;
  while (found.length < view.readUInt8(2)) {
    const request = view.readUInt8(at++);
    const head = { port: (request & REQUEST.ap) === 0 ? 'dp' : 'ap', register: request & 12 } as const;
    expect(request & ~0x0f).toBe(0);
    if ((request & REQUEST.read) !== 0) found.push(head);
    else {
      found.push({ ...head, value: view.readUInt32LE(at) });
      at += 4;
    }
  }
  expect(at).toBe(command.length);
  return found;
}

describe('packets of OpenOCD', () => {
  const all = exchanges(readRecording('openocd-cmsis-dap')).map(({ sent, answer }) => ({
    command: sent[0] ?? new Uint8Array(0),
    answer,
  }));
  const transfers = all.filter(({ command }) => command[0] === COMMAND.transfer);

  it('are commands that our port knows, each answered by its id', () => {
    const known: readonly number[] = Object.values(COMMAND);
    expect(all.filter(({ command }) => !known.includes(command[0] ?? -1))).toEqual([]);
    expect(all.filter(({ command, answer }) => command[0] !== answer[0])).toEqual([]);
  });

  it('are ours to the byte for the same accesses', () => {
    const ours = transfers.map(({ command }) => transferPackets(accessesIn(command), PACKET_BYTES));
    expect(ours.map((packets) => packets.map(({ bytes }) => hexOf(bytes)))).toEqual(
      transfers.map(({ command }) => [hexOf(command)]),
    );
  });

  it('have answers that our parser reads to the last byte, refusals among them', () => {
    const acks = new Set<number>();
    for (const { command, answer } of transfers) {
      const [packet] = transferPackets(accessesIn(command), PACKET_BYTES);
      if (packet === undefined) throw new Error('a transfer of nothing');
      const { done, ack, words } = parseTransfer(answer, packet);
      acks.add(ack);
      expect(done === packet.accesses.length).toBe(ack === ACK.ok);
      expect(HEAD + 4 * words.length).toBe(answer.length);
    }
    expect(acks).toEqual(new Set([ACK.ok, ACK.fault]));
  });
});
