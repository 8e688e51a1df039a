import { expect, it } from 'vitest';
import { joined, sized, u16, u32 } from '#drivers/protocols/tpm2/buffer.ts';
import { commandBytes } from '#drivers/protocols/tpm2/command.ts';
import { CC, RH } from '#drivers/protocols/tpm2/constants.ts';
import { tpmDecoder } from './decoder.ts';

const none = [new Uint8Array(0)];
const createPrimary = (secret: Uint8Array): Uint8Array =>
  commandBytes({
    ...{ code: CC.createPrimary, handles: [RH.owner], passwords: none },
    parameters: [sized(sized(), sized(secret)), sized(Uint8Array.of(1)), sized(), u32(0)],
  });
const done = (body: Uint8Array): Uint8Array => joined(u16(0x8002), u32(10 + body.length), u32(0), body);

it('names commands and what came of them', () => {
  const decoder = tpmDecoder();
  const [sent] = decoder.feed('sent', commandBytes({ code: CC.readPublic, handles: [0x81000100] }));
  expect(sent).toMatchObject({ title: 'Command 0x173 readPublic', secret: 'none', frame: true });
  const refused = Buffer.from('80010000000a0000018b', 'hex');
  expect(decoder.feed('received', refused.subarray(0, 7))).toEqual([]);
  expect(decoder.feed('received', refused.subarray(7))).toMatchObject([
    { title: 'Refused 0x18b', detail: 'to readPublic', secret: 'none' },
  ]);
});

it('blanks what is sealed, unsealed or set as an authorization, and nothing else', () => {
  const decoder = tpmDecoder();
  const secretOf = (bytes: Uint8Array, direction: 'sent' | 'received' = 'sent') =>
    decoder.feed(direction, bytes)[0]?.secret;
  expect(secretOf(createPrimary(new Uint8Array(0)))).toBe('none');
  const sealing = createPrimary(Uint8Array.of(7));
  expect(secretOf(sealing)).toEqual([[10, sealing.length]]);
  expect(secretOf(done(new Uint8Array(9)), 'received')).toBe('none');
  secretOf(commandBytes({ code: CC.unseal, handles: [0x81000101], passwords: none }));
  expect(secretOf(done(new Uint8Array(9)), 'received')).toEqual([[10, 19]]);
  const auth = { code: CC.hierarchyChangeAuth, handles: [RH.owner], passwords: none };
  expect(secretOf(commandBytes({ ...auth, parameters: [sized(Uint8Array.of(1))] }))).toEqual([[10, 30]]);
});
