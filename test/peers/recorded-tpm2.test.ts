import { createHash, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Stretch } from '#drivers/core/decoder.ts';
import { property } from '#drivers/protocols/tpm2/capabilities.ts';
import { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { CC, NV, PT, RH } from '#drivers/protocols/tpm2/constants.ts';
import * as nv from '#drivers/protocols/tpm2/nv.ts';
import * as objects from '#drivers/protocols/tpm2/objects.ts';
import { TpmParser, type TpmResponse } from '#drivers/protocols/tpm2/parser.ts';
import { tpmDecoder } from '#drivers/targets/tpm2/decoder.ts';
import { bytesOf, cut, readRecording } from './recorded/recording.test-support.ts';
import { meaningOf, TpmPlayer } from './recorded/tpm-player.test-support.ts';

const recording = readRecording('tpm2-tools');
const turns = recording.lines
  .filter((line) => !line.startsWith('$'))
  .map((line) => ({
    direction: line.startsWith('>') ? ('sent' as const) : ('received' as const),
    bytes: Buffer.from(line.slice(2), 'hex'),
  }));
const commands = turns.filter(({ direction }) => direction === 'sent').map(({ bytes }) => bytes);
const answers = turns.filter(({ direction }) => direction === 'received').map(({ bytes }) => bytes);
const exchanges = commands.map((command, index) => ({ command, answer: answers[index] ?? Buffer.alloc(0) }));
const given = (name: string): Uint8Array => bytesOf(recording.head.get(name) ?? '');

const INDEX = 0x01800100;
const ATTRIBUTES = NV.ownerWrite | NV.writeDefine | NV.ownerRead | NV.authRead | NV.noDictionaryAttack;
/** Where the recorded TPM had the key before it was kept, and keeps it. */
const TRANSIENT = 0x80000001;
const KEY = 0x81000100;
const SEALED = 0x81000101;
/** TPM_CC_CreateLoaded, which this station does not use. */
const CREATE_LOADED = 0x191;

const WHOLE = 1e6;
const sizes = fc.integer({ min: 1, max: 90 });

describe('bytes of tpm2-tools and swtpm', () => {
  it('are one answer a turn to our parser, however they are cut', () => {
    const read = (size: number): TpmResponse[] => {
      const parser = new TpmParser();
      const responses = cut(Buffer.concat(answers), size).flatMap((piece) => parser.push(piece));
      expect(parser.discarded).toBe(0);
      return responses;
    };
    const whole = read(WHOLE);
    expect(whole.map(({ code }) => code)).toEqual(answers.map((answer) => answer.readUInt32BE(6)));
    expect(new Set(whole.map(({ code }) => code))).toEqual(new Set([0, 0x148, 0x18b, 0x922, 0x9a2]));
    fc.assert(
      fc.property(sizes, (size) => {
        expect(read(size)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('are whole frames in the byte log, however they are cut', () => {
    const read = (size: number): Stretch[] => {
      const decoder = tpmDecoder();
      const heard = turns.flatMap(({ direction, bytes }) =>
        cut(bytes, size).flatMap((piece) => decoder.feed(direction, piece)),
      );
      return [...heard, ...decoder.flush('end')];
    };
    const whole = read(WHOLE);
    expect(whole.map(({ bytes }) => Buffer.from(bytes))).toEqual(turns.map(({ bytes }) => bytes));
    expect(whole.filter(({ frame, fault }) => !frame || fault)).toEqual([]);
    fc.assert(
      fc.property(sizes, (size) => {
        expect(read(size)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });
});

describe('our client on what the TPM answered to tpm2-tools', () => {
  let client: TpmClient;
  beforeEach(() => {
    client = new TpmClient(new TpmPlayer(exchanges));
  });

  it('asks for NV indexes as they did, and reads the same', async () => {
    await client.run({ code: CC.startup, parameters: [Uint8Array.of(0, 0)] });
    await nv.nvDefine(client, INDEX, { attributes: ATTRIBUTES, bytes: 32 });
    expect(await nv.nvReadPublic(client, INDEX)).toEqual({ attributes: ATTRIBUTES, bytes: 32 });
    expect(await property(client, PT.nvBufferMax)).toBe(1024);
    await nv.nvWrite(client, INDEX, given('in'), 0);
    expect(await nv.nvRead(client, INDEX, 32, 0)).toEqual(given('in'));
    await nv.nvWriteLock(client, INDEX);
    const locked = { attributes: ATTRIBUTES | NV.written | NV.writeLocked, bytes: 32 };
    await expect(nv.nvWrite(client, INDEX, given('other'), 0)).rejects.toMatchObject({
      ...{ code: 'locked', context: { rc: '0x148' } },
    });
    expect(await nv.nvReadPublic(client, INDEX)).toEqual(locked);
    expect(await nv.nvRead(client, INDEX, 32, 0)).toEqual(given('in'));
    expect(await nv.nvReadPublic(client, 0x01800111)).toBeNull();
  });

  it('makes the same key, keeps it, and reads a signature that holds', async () => {
    const made = await objects.createPrimary(client, RH.owner, objects.SIGNING_KEY);
    await objects.evictControl(client, TRANSIENT, KEY);
    const kept = await objects.readPublic(client, KEY);
    expect(kept).toEqual(made.public);
    const digest = createHash('sha256').update(given('message')).digest();
    const { r, s } = await objects.sign(client, KEY, digest);
    const coordinate = (at: number): string =>
      Buffer.from(kept.point!.subarray(at, at + 32)).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(0), y: coordinate(32) };
    const key = createPublicKey({ format: 'jwk', key: jwk });
    const signature = Buffer.concat([r, s]);
    expect(verify('sha256', given('message'), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  it('unseals, and is refused by an owner that somebody else has set', async () => {
    expect(await objects.unseal(client, SEALED)).toEqual(given('secret'));
    await objects.changeAuth(client, RH.owner, Buffer.from('somebody'));
    const refused = { code: 'protected', context: { rc: '0x9a2' } };
    await expect(objects.evictControl(client, KEY, KEY)).rejects.toMatchObject(refused);
    await expect(nv.nvUndefine(client, INDEX)).rejects.toMatchObject(refused);
  });

  it('asks again where it was busy', async () => {
    const busy = exchanges.find(({ answer }) => answer.readUInt32BE(6) === 0x922);
    const { code, handles, parameters } = meaningOf(busy!.command);
    expect(code).toBe(CREATE_LOADED);
    const again = { code, handles: [Number.parseInt(handles, 16)], passwords: [new Uint8Array(0)] };
    const { handle } = await client.run({ ...again, parameters: [bytesOf(parameters)] }, true);
    expect(handle).toBe(TRANSIENT);
  });
});
