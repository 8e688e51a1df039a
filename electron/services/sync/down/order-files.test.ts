import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '#store/fixtures.ts';
import { fetchFile, unfit, type BlobSource } from './order-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = randomBytes(200_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const file = { name: 'firmware.srec', sha256, bytes: bytes.length };

/** Gives the file in pieces, from the offset asked for, and breaks off after so many bytes. */
function source(limit: number, content = bytes, ranges = true) {
  const asked: number[] = [];
  const give: BlobSource = (_, offset) => {
    asked.push(offset);
    const from = ranges ? offset : 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = from; at < content.length; at += 7_000) {
        if (at - from >= limit) throw Object.assign(new Error('cut'), { code: 'ECONNRESET' });
        yield await Promise.resolve(content.subarray(at, at + 7_000));
      }
    }
    return Promise.resolve({ offset: from, body: pieces() });
  };
  return { give, asked };
}

it('goes on where it was cut, and is there under its name only once it is whole', async () => {
  const first = source(50_000);
  await expect(fetchFile(folder, file, first.give)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await readdir(folder)).toEqual([`.${sha256}.part`]);
  const second = source(Infinity);
  await fetchFile(folder, file, second.give);
  expect(second.asked).toEqual([56_000]);
  expect(await readdir(folder)).toEqual(['firmware.srec']);
  expect(await readFile(join(folder, 'firmware.srec'))).toEqual(bytes);
  // What is here already is not fetched again.
  const third = source(0);
  await fetchFile(folder, file, third.give);
  expect(third.asked).toEqual([]);
});

it('begins anew where the other side knows no ranges', async () => {
  await fetchFile(folder, file, source(50_000).give).catch(() => undefined);
  await fetchFile(folder, file, source(Infinity, bytes, false).give);
  expect(await readFile(join(folder, 'firmware.srec'))).toEqual(bytes);
});

it.each([
  ['another content', Buffer.concat([bytes.subarray(1), Buffer.of(0)])],
  ['more than was announced', Buffer.concat([bytes, Buffer.of(0)])],
])('is not kept with %s, and the next try begins clean', async (_, wrong) => {
  await expect(fetchFile(folder, file, source(Infinity, wrong).give)).rejects.toMatchObject({
    code: 'bad-answer',
  });
  expect(await readdir(folder)).not.toContain('firmware.srec');
  await fetchFile(folder, file, source(Infinity).give);
  expect(await readFile(join(folder, 'firmware.srec'))).toEqual(bytes);
});

it('names that could leave the folder, hide or clash are refused', () => {
  const named = (...names: string[]) => unfit(names.map((name) => ({ ...file, name })));
  expect(named('firmware.srec', 'key.cert')).toBeNull();
  for (const name of ['../x', 'a/b', 'a\\b', '.hidden', '..', '', 'x'.repeat(121), 'a b'])
    expect(named(name)).toBe('A file has a name that this station does not take.');
  for (const names of [['a', 'A'], ['job.json'], ['JOB.JSON']])
    expect(named(...names)).toBe('Two files have the same name.');
  expect(unfit([{ ...file, bytes: 1e9 }])).toContain('is larger than');
});
