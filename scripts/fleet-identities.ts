import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, truncateSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { FleetError } from './fleet-error.ts';

const hex = z.string().regex(/^([0-9a-f]{2})+$/);
const base64 = z.base64();

/** First line of the file: whose certificates these are. */
const headerLine = z.strictObject({ format: z.literal('rootline-fleet/1'), issuer: hex });
/** One part: what is public about it. Its key comes out of the PUF of the part with this unique id, and of nothing else. */
const identityLine = z.strictObject({ uid: hex, helper: base64, certificate: base64 });
export type StoredIdentity = z.infer<typeof identityLine>;

const damaged = (path: string, line: number, cause?: unknown): FleetError =>
  new FleetError(
    'identities',
    `Line ${line} of ${path} is no identity. Remove the file to make a new fleet, or restore it.`,
    cause,
  );

function parse<T>(schema: z.ZodType<T>, text: string, path: string, line: number): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged(path, line, cause);
  }
}

/** Counts the identities of this issuer, making the file where there is none; a line that a crash cut off is removed. */
export async function openIdentities(path: string, issuer: string): Promise<number> {
  if (!existsSync(path))
    writeFileSync(path, `${JSON.stringify({ format: 'rootline-fleet/1', issuer })}\n`, {
      mode: 0o600,
      flush: true,
    });
  const { lines, bytes } = await wholeLines(path);
  truncateSync(path, bytes);
  for await (const text of linesOf(path)) {
    const header = parse(headerLine, text, path, 1);
    if (header.issuer !== issuer)
      throw new FleetError(
        'issuer',
        `The identities in ${path} were issued by another CA. Name that one, or another data folder.`,
      );
    break;
  }
  return lines - 1;
}

async function wholeLines(path: string): Promise<{ lines: number; bytes: number }> {
  let [lines, bytes, seen] = [0, 0, 0];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) {
      lines += 1;
      bytes = seen + at + 1;
    }
    seen += chunk.length;
  }
  if (lines === 0) throw damaged(path, 1);
  return { lines, bytes };
}

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Infinity });

/** Every `step`th of the first `count` identities, from `offset` on. */
export async function* readIdentities(
  path: string,
  { offset, step, count }: { offset: number; step: number; count: number },
): AsyncGenerator<StoredIdentity> {
  let line = -1;
  for await (const text of linesOf(path)) {
    const index = line;
    line += 1;
    if (index >= count) return;
    if (index >= 0 && index % step === offset) yield parse(identityLine, text, path, line + 1);
  }
}

/** Appends identities, one batch after the other. */
export class IdentityWriter {
  readonly #file: ReturnType<typeof createWriteStream>;

  constructor(path: string) {
    this.#file = createWriteStream(path, { flags: 'a', flush: true });
  }

  async add(batch: readonly StoredIdentity[]): Promise<void> {
    const text = batch.map((identity) => `${JSON.stringify(identity)}\n`).join('');
    if (!this.#file.write(text)) await once(this.#file, 'drain');
  }

  async close(): Promise<void> {
    this.#file.end();
    await once(this.#file, 'close');
  }
}
