import { describe, expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { AtLink } from '#drivers/targets/cordelia/at/at-link.ts';
import { PIECE } from '#drivers/targets/cordelia/at/constants.ts';
import { enrol } from '#drivers/targets/cordelia/enrol.ts';
import { readFile } from '#drivers/targets/cordelia/files.ts';
import { deviceIdOf, uidOf } from '#drivers/targets/cordelia/module.ts';
import { bytesOf, readRecording } from './recorded/recording.test-support.ts';
import { WURTH_SDK_BYTES } from './recorded/wurth-sdk.ts';

const { uid, lines } = readRecording('wurth-sdk');
const textOf = (line: string): string => Buffer.from(bytesOf(line.slice(2))).toString('latin1');
/** Each command of the driver's with what the module said to it. */
const dialogue = lines.flatMap((line, index) =>
  line.startsWith('> ') ? [{ sent: textOf(line), answer: textOf(lines[index + 1] ?? '') }] : [],
);
/** The maker's driver and ours write words of their own in capitals. */
const nameOf = (sent: string): string => sent.trimEnd().toLowerCase();
const context = { signal: new AbortController().signal, progress: () => undefined };

/** Answers a command as the module answered the maker's driver, each in its turn; `sent` is what we said. */
function module(turns: readonly { sent: string; answer: string }[]): { at: AtLink; sent: string[] } {
  const left = [...turns];
  const sent: string[] = [];
  let heard: (bytes: Uint8Array) => void = () => undefined;
  const transport: Pick<Transport, 'write' | 'onData' | 'onGone' | 'baudRate'> = {
    baudRate: 115_200,
    onData: (listener) => {
      heard = listener;
      return () => undefined;
    },
    onGone: () => () => undefined,
    write: (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      sent.push(text);
      const index = left.findIndex((turn) => nameOf(turn.sent) === nameOf(text));
      const [turn] = index < 0 ? [] : left.splice(index, 1);
      queueMicrotask(() => heard(Buffer.from(turn?.answer ?? 'ERROR:-1\r\n', 'latin1')));
      return Promise.resolve();
    },
  };
  return { at: new AtLink(transport as Transport), sent };
}

/** Data of a file as it went over the line: what of the commands of one file holds base64. */
const written = dialogue.map(({ sent }) => /^AT\+fileWrite=\d+,(\d+),1,(\d+),(.*)\r\n$/.exec(sent) ?? []);
const pieces = written.filter(({ length }) => length > 0);
const image = Buffer.concat(pieces.map(([, , , data = '']) => Buffer.from(data, 'base64')));

describe('what the maker’s driver and a simulated module said to each other', () => {
  it('asks for the identity and enrols in the words that ours uses', async () => {
    // The first enrolment of the recording was refused for want of a network.
    const refused = dialogue.findIndex(({ sent }) => nameOf(sent) === 'at+iotenrol');
    const { at, sent } = module(dialogue.filter((_turn, index) => index !== refused));
    expect(await uidOf(at)).toBe(Buffer.from(uid).toString('hex'));
    const state = { touched: false, revoked: false, dialect: null };
    const { deviceId } = (await enrol(at, state, context)).output;
    expect(deviceId).toMatch(/^[0-9a-f]{64}$/);
    expect(state.dialect).toBe('iotenrol');
    const said = new Set(dialogue.map((turn) => nameOf(turn.sent)));
    expect(sent.filter((text) => !said.has(nameOf(text)))).toEqual([]);
  });

  it('has pieces of a file no shorter than ours, one behind the other by the bytes of the file', () => {
    expect(image).toHaveLength(WURTH_SDK_BYTES);
    const starts = pieces.map(([, start = '']) => Number(start));
    expect(starts).toEqual([0, 559, 1118]);
    const longest = Math.max(...pieces.map(([, , length = '']) => Number(length)));
    expect((PIECE.write / 3) * 4).toBeLessThanOrEqual(longest);
  });

  it('reads the file back as our own reader does, from the same answers', async () => {
    const opened = dialogue.findIndex(({ sent }) => sent.startsWith('AT+fileOpen=in.bin,READ,'));
    const [open, ...rest] = dialogue.slice(opened);
    const size = { sent: 'AT+fileOpen=in.bin,READ,4096', answer: open?.answer ?? '' };
    const { at } = module([size, ...rest]);
    expect(Buffer.from((await readFile(at, 'in.bin', image.length)) ?? [])).toEqual(image);
  });

  it('leaves no device id behind, and no file', async () => {
    const { at } = module(
      dialogue.slice(
        0,
        dialogue.findIndex(({ sent }) => nameOf(sent) === 'at+iotenrol'),
      ),
    );
    expect(await deviceIdOf(at)).toBeNull();
    expect(dialogue.at(-1)).toEqual({ sent: 'AT+fileGetFileList\r\n', answer: 'OK\r\n' });
  });
});
