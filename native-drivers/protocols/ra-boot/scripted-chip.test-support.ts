import { openPtyPair } from '#drivers/transports/pty-pair.test-support.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import type { SerialTransport } from '#drivers/transports/serial.ts';

/** One turn of a recorded conversation, hex: what the host must send, what the chip answers then. */
export interface Turn {
  expect: string;
  answer?: string;
  /** Done instead of answering. */
  act?: () => Promise<void>;
}

export interface ScriptedChip {
  transport: SerialTransport;
  /** Everything that the host sent, hex. */
  sent(): string;
  pull(): Promise<void>;
  close(): Promise<void>;
}

/** A peer on the far end of a real pseudo-terminal that plays recorded bytes and nothing else. */
export async function scriptedChip(turns: Turn[]): Promise<ScriptedChip> {
  const pair = await openPtyPair();
  const chip = await openSerial(pair.b, 9600);
  const script = [...turns];
  let all = '';
  let heard = '';
  chip.onData((bytes) => {
    const text = Buffer.from(bytes).toString('hex');
    all += text;
    heard += text;
    for (let turn = script[0]; turn !== undefined && heard.startsWith(plain(turn.expect)); turn = script[0]) {
      heard = heard.slice(plain(turn.expect).length);
      script.shift();
      if (turn.act !== undefined) void turn.act();
      if (turn.answer !== undefined) void chip.write(Buffer.from(plain(turn.answer), 'hex'));
    }
  });
  const transport = await openSerial(pair.a, 9600);
  return {
    transport,
    sent: () => all,
    pull: () => pair.pull(),
    close: async () => {
      await transport.close();
      await chip.close();
      await pair.pull();
    },
  };
}

function plain(hex: string): string {
  return hex.replaceAll(' ', '').toLowerCase();
}
