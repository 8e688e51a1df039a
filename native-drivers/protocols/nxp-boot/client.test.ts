import { expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { NxpBootClient } from './client.ts';
import { RESPONSE } from './constants.ts';
import { commandFrame } from './frame.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ACK = '5a a1';

/** A line that plays a recording: each thing said must be the next that the recorded host said. */
class Recording implements Transport {
  readonly path = 'recording';
  readonly baudRate = 115_200;
  private readonly script: (readonly [out: Buffer, answer: Buffer])[];
  private hear: (bytes: Uint8Array) => void = () => undefined;

  constructor(script: readonly (readonly [out: string, answer: string])[]) {
    this.script = script.map(([out, answer]) => [hex(out), hex(answer)]);
  }

  get left(): number {
    return this.script.length;
  }

  write(bytes: Uint8Array): Promise<void> {
    const [out, answer] = this.script.shift() ?? [];
    expect(Buffer.from(bytes).toString('hex')).toBe(out?.toString('hex'));
    if (answer !== undefined && answer.length > 0) setImmediate(() => this.hear(answer));
    return Promise.resolve();
  }

  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.hear = listener;
    return () => undefined;
  }

  onGone(): () => void {
    return () => undefined;
  }

  setBaudRate(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Its most bytes in a packet, 32: this side asks for them first, the recorded host did not. */
const PACKET_SIZE: readonly (readonly [string, string])[] = [
  [
    Buffer.from(commandFrame({ tag: 7, hasData: false, parameters: [11, 0] })).toString('hex'),
    `${ACK}${Buffer.from(commandFrame({ tag: RESPONSE.getProperty, hasData: false, parameters: [0, 32] })).toString('hex')}`,
  ],
  [ACK, ''],
];
const signal = new AbortController().signal;

async function connected(script: readonly (readonly [string, string])[]) {
  const recording = new Recording([['5a a6', '5a a7 00 02 01 50 00 00 aa ea'], ...PACKET_SIZE, ...script]);
  const client = await NxpBootClient.connect(recording, signal);
  if (client === null) throw new TypeError('the recording does not answer the ping');
  return { client, recording };
}

const DATA =
  '08 7c 00 20 25 84 00 00 3d 84 00 00 3f 84 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00';

it('says what pyMBoot says to read 32 bytes, and takes what a Kinetis answered (its usage_example.md)', async () => {
  const { client, recording } = await connected([
    [
      '5a a4 10 00 5d fa 03 00 00 03 00 60 00 00 20 00 00 00 00 00 00 00',
      `${ACK} 5a a4 0c 00 4a 52 a3 01 00 02 00 00 00 00 20 00 00 00`,
    ],
    [ACK, `5a a5 20 00 1d 48 ${DATA}`],
    [ACK, '5a a4 0c 00 0e 23 a0 00 00 02 00 00 00 00 03 00 00 00'],
    [ACK, ''],
  ]);
  expect(Buffer.from(await client.read(0x6000, 0x20))).toEqual(hex(DATA));
  expect(recording.left).toBe(0);
  client.close();
});

it('says what blhost 2.0.0 says to ask for the version, and takes what an FRDM-KL03 answered', async () => {
  const { client, recording } = await connected([
    [
      '5a a4 0c 00 4b 33 07 00 00 02 01 00 00 00 00 00 00 00',
      `${ACK} 5a a4 0c 00 07 7a a7 00 00 02 00 00 00 00 00 00 01 4b`,
    ],
    [ACK, ''],
  ]);
  expect(await client.property(1)).toEqual([0x4b010000]);
  expect(recording.left).toBe(0);
  client.close();
});

it('takes the refusal of an LPC5512 for one (NXP Community, thread 1411622)', async () => {
  const { client } = await connected([
    [
      '5a a4 0c 00 2c 49 07 00 00 02 10 00 00 00 00 00 00 00',
      `${ACK} 5a a4 08 00 92 68 a7 00 00 01 3c 28 00 00`,
    ],
    [ACK, ''],
  ]);
  await expect(client.property(0x10)).rejects.toMatchObject({
    code: 'device-error',
    context: { command: '0x07', status: 10_300 },
  });
  client.close();
});

it('takes a pong that comes late, to a ping before this one, for an answer to nothing else', async () => {
  const pong = '5a a7 00 02 01 50 00 00 aa ea';
  const recording = new Recording([['5a a6', `${pong} ${pong}`], ...PACKET_SIZE]);
  const client = await NxpBootClient.connect(recording, signal);
  expect(client).not.toBeNull();
  expect(recording.left).toBe(0);
  client?.close();
});

it('echoing-adapter: hears itself and says so, before a command is sent', async () => {
  const recording = new Recording([['5a a6', '5a a6 5a a7 00 02 01 50 00 00 aa ea']]);
  await expect(NxpBootClient.connect(recording, signal)).rejects.toMatchObject({ code: 'line-echoes' });
  expect(recording.left).toBe(0);
});
