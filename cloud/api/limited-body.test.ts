import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { wholeBody } from './limited-body.ts';

const bodyOf = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const tooLarge = { status: 413, problem: { code: 'too-large' } };

it('takes a body up to its limit, in one piece', async () => {
  const request = { headers: { 'content-length': '6' }, body: bodyOf('abc', 'def') };
  expect((await wholeBody(request, 6)).toString()).toBe('abcdef');
  expect(await wholeBody({ headers: {}, body: undefined }, 6)).toHaveLength(0);
});

it('reads nothing of a body that says it is larger, and stops one that says nothing and is', async () => {
  const told = bodyOf('abcdefg');
  await expect(wholeBody({ headers: { 'content-length': '7' }, body: told }, 6)).rejects.toMatchObject(
    tooLarge,
  );
  expect(told.readableDidRead).toBe(false);
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.from('abc');
    })(),
  );
  await expect(wholeBody({ headers: {}, body: endless }, 6)).rejects.toMatchObject(tooLarge);
  expect(endless.destroyed).toBe(true);
});
