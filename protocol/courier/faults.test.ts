import { sign } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import {
  cloudInbox,
  newReceiver,
  newRoot,
  newSender,
  newWorld,
  noisyLines,
  sealKeys,
  upward,
  withFolder,
  writeLines,
  type CourierWorld,
} from './courier-fixtures.ts';
import { encryptFor } from './envelope.ts';
import { CourierInbox } from './inbox.ts';
import { COURIER_FORMAT, encodePayload, sha256, type PartHeader } from './manifest.ts';
import { openPart } from './open.ts';
import { sealPart, type SealKeys } from './seal.ts';
import { signContent } from './signed.ts';
import type { CourierTrust } from './trust.ts';

let world: CourierWorld;
beforeAll(async () => {
  world = await newWorld();
});

const body = gzipSync('{}\n');
const place = { index: 1, last: true, before: null, bodySha256: sha256(body), clearBytes: 3, lines: 1 };

function headerWith(change: Partial<PartHeader> = {}): PartHeader {
  return { format: COURIER_FORMAT, ...upward(world), framing: 'lines', part: place, ...change };
}

const sealed = (header = headerWith(), keys: SealKeys = world.up): Promise<Buffer> =>
  sealPart(encodePayload(header, body).payload, keys);

const refusal = (file: Buffer, own = world.atCloud) => expect(openPart(file, own)).rejects;

it('every fault says what happened, what state things are in and what to do next', async () => {
  const error: unknown = await openPart(Buffer.from('hello'), world.atCloud).catch(
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ code: 'not-courier' });
  for (const sentence of ['message', 'state', 'next'] as const)
    expect((error as Record<string, string>)[sentence]).toMatch(/^[A-Z].*\.$/);
});

it('wrong addressee: sealed for another certificate', async () => {
  const keys = { ...world.up, addressee: (await newReceiver('else', world.issuing)).certificate };
  await refusal(await sealed(headerWith(), keys)).toMatchObject({ code: 'wrong-addressee' });
});

it('wrong addressee: sealed for our key, but written to another station', async () => {
  const header = headerWith({ to: { kind: 'cloud', id: 'cl-2', name: 'Other cloud' } });
  await refusal(await sealed(header)).toMatchObject({
    code: 'wrong-addressee',
    context: { addressee: 'cl-2' },
  });
});

it('unknown sender: a stranger who brings a root of his own', async () => {
  const root = await newRoot('Fixture Root');
  const stranger = await newSender('station:st-1:tenant-1', root);
  const keys = sealKeys(stranger, [root], world.receivers.cloud);
  await refusal(await sealed(headerWith(), keys)).toMatchObject({ code: 'unknown-sender' });
  // Also with our own authority's certificates beside his.
  const mixed = { ...keys, chain: [...keys.chain, world.issuing.certificate, world.root.certificate] };
  await refusal(await sealed(headerWith(), mixed)).toMatchObject({ code: 'unknown-sender' });
});

it('unknown sender: a certificate of ours that another end entity issued', async () => {
  const child = await newSender('station:st-1:tenant-1', world.senders.station);
  const keys = sealKeys(child, [world.senders.station, world.issuing], world.receivers.cloud);
  await refusal(await sealed(headerWith(), keys)).toMatchObject({ code: 'unknown-sender' });
});

it.each([
  ['another purpose', 'station:st-1:tenant-1', '1.3.6.1.5.5.7.3.2'],
  ['another tenant', 'station:st-1:tenant-2', undefined],
  ['another name than the header says', 'station:st-9:tenant-1', undefined],
  ['nobody that is known', 'printer', undefined],
])('unknown sender: %s', async (_, name, purpose) => {
  const sender = await newSender(name, world.issuing, purpose === undefined ? {} : { purpose });
  const keys = sealKeys(sender, [world.issuing], world.receivers.cloud);
  await refusal(await sealed(headerWith(), keys)).toMatchObject({ code: 'unknown-sender' });
});

it('unknown sender: a certificate that ended, unless the leeway says that the station had no line to renew it', async () => {
  const notAfter = new Date(Date.now() - 3_600_000);
  const sender = await newSender('station:st-1:tenant-1', world.issuing, { notAfter });
  const file = await sealed(headerWith(), sealKeys(sender, [world.issuing], world.receivers.cloud));
  await refusal(file).toMatchObject({ code: 'unknown-sender' });
  const trust: CourierTrust = { ...world.atCloud.trust, leeway: 7_200_000 };
  const { signer } = await openPart(file, { ...world.atCloud, trust });
  expect(signer.outsideValidity).toBe(true);
});

it('a clock that is a day behind is within a leeway of two days', async () => {
  const now = () => new Date(Date.now() - 2 * 86_400_000);
  const file = await sealed(headerWith(), { ...world.up, now });
  await refusal(file).toMatchObject({ code: 'unknown-sender' });
  const trust = { ...world.atCloud.trust, leeway: 2 * 86_400_000 };
  const { signer } = await openPart(file, { ...world.atCloud, trust });
  expect(signer).toMatchObject({ outsideValidity: true, id: 'st-1' });
});

it('altered: a signature by another key, and one over something else', async () => {
  const { privateKey } = await newSender('station:st-1:tenant-1', world.issuing);
  const honest = world.up.signer;
  const forged = (data: Uint8Array) => Promise.resolve(sign('sha256', data, privateKey));
  const elsewhere = (data: Uint8Array) => honest.sign(Buffer.concat([data, Buffer.of(0)]));
  for (const lie of [forged, elsewhere]) {
    const keys = { ...world.up, signer: { ...honest, sign: lie } };
    await refusal(await sealed(headerWith(), keys)).toMatchObject({
      code: 'altered',
      context: { where: 'signature' },
    });
  }
});

it('altered: a valid signature under exchanged content', async () => {
  const { payload } = encodePayload(headerWith(), body);
  const signed = await signContent(payload, world.up.signer, world.up.chain, new Date());
  const at = signed.indexOf('Line 3');
  signed.write('Line 4', at, 'latin1');
  await refusal(encryptFor(world.up.addressee, signed)).toMatchObject({ code: 'altered' });
});

it('a key that is not that of its certificate signs nothing', async () => {
  const other = await newSender('station:st-1:tenant-1', world.issuing);
  const keys = { ...world.up, chain: [other.certificate, world.issuing.certificate] };
  await expect(sealed(headerWith(), keys)).rejects.toThrow(TypeError);
});

it('newer format: another layout, or another format of the header', async () => {
  const { payload } = encodePayload(headerWith(), body);
  const layout = Buffer.from(payload);
  layout[3] = 2;
  await refusal(await sealPart(layout, world.up)).toMatchObject({ code: 'newer-format' });
  const text = payload.toString('latin1').replace(COURIER_FORMAT, 'rootline-courier/2');
  await refusal(await sealPart(Buffer.from(text, 'latin1'), world.up)).toMatchObject({
    code: 'newer-format',
    context: { found: 'rootline-courier/2' },
  });
});

it('too large: before a byte of it is read into memory', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'film.rlc');
    const file = await sealed();
    await writeFile(path, file);
    const own = { ...world.atCloud, maxFileBytes: file.length - 1 };
    const lastTaken = () => Promise.resolve(null);
    const inbox = new CourierInbox({ folder: join(folder, 'work'), own, lastTaken });
    const { faults } = await inbox.scan([path]);
    expect(faults[0]?.error).toMatchObject({ code: 'too-large', context: { is: file.length } });
    await refusal(file, own).toMatchObject({ code: 'too-large' });
  }));

it('not a courier file: a text, a picture and another CMS file that is called .rlc', () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, 'a.rlc'), 'Dear customer, the parts are on the other stick.');
    await writeFile(join(folder, 'b.RLC'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await writeFile(join(folder, 'c.rlc'), Buffer.from('3013060b2a864886f70d010910010ea0040402', 'hex'));
    await writeFile(join(folder, 'readme.txt'), 'left alone');
    const { faults } = await cloudInbox(world, join(folder, 'work')).scan(folder);
    expect(faults.map(({ error }) => error.code)).toEqual(['not-courier', 'not-courier', 'not-courier']);
  }));

it('unreadable: the stick is gone', () =>
  withFolder(async (folder) => {
    const inbox = cloudInbox(world, join(folder, 'work'));
    const gone = join(folder, 'stick');
    await expect(inbox.scan(gone)).rejects.toMatchObject({ code: 'unreadable', context: { os: 'ENOENT' } });
    const { faults } = await inbox.scan([join(gone, 'a.rlc')]);
    expect(faults[0]?.error).toMatchObject({ code: 'unreadable' });
  }));

it('replay, gap and another history are told by number and manifest', () =>
  withFolder(async (folder) => {
    const stick = join(folder, 'stick');
    const previous = 'a'.repeat(64);
    const { transferId } = await writeLines(stick, ['x'], world.up, upward(world, 5, previous));
    const at = async (number: number, manifest: string) => {
      const inbox = cloudInbox(world, join(folder, `work-${number}-${manifest[0] ?? ''}`), {
        number,
        manifest,
      });
      const { faults } = await inbox.scan(stick);
      return faults.length > 0 ? Promise.reject(faults[0]!.error) : inbox.open(transferId);
    };
    await expect(at(5, previous)).rejects.toMatchObject({ code: 'replay', context: { number: 5, last: 5 } });
    await expect(at(9, previous)).rejects.toMatchObject({ code: 'replay' });
    await expect(at(2, previous)).rejects.toMatchObject({ code: 'gap', context: { missing: [3, 4] } });
    await expect(at(4, 'b'.repeat(64))).rejects.toMatchObject({ code: 'other-history' });
    expect(await at(4, previous)).toMatchObject({ lines: 1 });
  }));

it('missing part: says which, and of how many once the last one is here', () =>
  withFolder(async (folder) => {
    const { transferId, parts } = await writeLines(
      join(folder, 's'),
      noisyLines(700),
      world.up,
      upward(world),
    );
    const inbox = cloudInbox(world, join(folder, 'work'));
    const paths = parts.map(({ path }) => path);
    await inbox.scan(paths.slice(1, 3));
    await expect(inbox.open(transferId)).rejects.toMatchObject({
      code: 'missing-part',
      context: { missing: [1], count: null },
    });
    await inbox.scan(paths.slice(3));
    await expect(inbox.open(transferId)).rejects.toMatchObject({
      message: `Of transfer 1 from Line 3, part 1 of ${parts.length} is missing.`,
    });
  }));

it('foreign part: leftovers of an attempt that was given up, beside the whole transfer of that number', () =>
  withFolder(async (folder) => {
    const [old, fresh] = [join(folder, 'old'), join(folder, 'fresh')];
    const attempt = await writeLines(old, noisyLines(400), world.up, upward(world));
    const whole = await writeLines(fresh, ['done'], world.up, upward(world));
    const leftover = attempt.parts[1]!;
    await copyFile(leftover.path, join(fresh, 'rl-up-st-1-000001-0002.rlc'));
    const inbox = cloudInbox(world, join(folder, 'work'));
    const { transfers, faults } = await inbox.scan(fresh);
    expect(faults).toEqual([]);
    expect(transfers.find(({ stray }) => stray)?.transfer.transferId).toBe(attempt.transferId);
    await expect(inbox.open(attempt.transferId)).rejects.toMatchObject({ code: 'foreign-part' });
    expect(await inbox.open(whole.transferId)).toMatchObject({ lines: 1 });
  }));

it('foreign part: the same place of the same transfer with other content', () =>
  withFolder(async (folder) => {
    const transfer = upward(world);
    await writeLines(join(folder, 'a'), ['true'], world.up, transfer);
    await writeLines(join(folder, 'b'), ['false'], world.up, transfer);
    await writeLines(join(folder, 'c'), ['true'], world.up, { ...transfer, contentType: 'other' });
    const inbox = cloudInbox(world, join(folder, 'work'));
    await inbox.scan(join(folder, 'a'));
    for (const other of ['b', 'c']) {
      const { faults } = await inbox.scan(join(folder, other));
      expect(faults[0]?.error.code).toBe('foreign-part');
    }
  }));

it('foreign part: a chain of parts that does not hold', () =>
  withFolder(async (folder) => {
    const transfer = { ...upward(world), framing: 'lines' as const };
    const write = async (index: number, before: string | null) => {
      const part = { ...place, index, last: index === 2, before };
      const { payload } = encodePayload({ format: COURIER_FORMAT, ...transfer, part }, body);
      await writeFile(join(folder, `${index}.rlc`), await sealPart(payload, world.up));
    };
    await write(1, null);
    await write(2, 'c'.repeat(64));
    const inbox = cloudInbox(world, join(folder, 'work'));
    await inbox.scan(folder);
    await expect(inbox.open(transfer.transferId)).rejects.toMatchObject({
      code: 'foreign-part',
      context: { part: 2 },
    });
  }));

it.each([
  ['more than it says', { clearBytes: 2 }],
  ['less than it says', { clearBytes: 4 }],
  ['another number of lines', { lines: 2 }],
])('a signed part that holds %s is refused before its transfer hands out a message', (_, lie) =>
  withFolder(async (folder) => {
    const header = headerWith({ part: { ...place, ...lie } });
    await mkdir(join(folder, 's'));
    await writeFile(join(folder, 's', 'a.rlc'), await sealed(header));
    const inbox = cloudInbox(world, join(folder, 'work'));
    await inbox.scan(join(folder, 's'));
    await expect(inbox.open(header.transferId)).rejects.toMatchObject({ code: 'altered' });
    expect((await readFile(join(folder, 's', 'a.rlc'))).length).toBeGreaterThan(0);
  }),
);
