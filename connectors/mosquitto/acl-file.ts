import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileError, isMissing, replaceFile } from './atomic-file.ts';

/** A device's entry: a comment with the fingerprint, the user and the topics (mosquitto.conf(5), acl_file). */
export interface AclEntry {
  name: string;
  fingerprint: string;
}

const MARK = /^# rootline sha256:([0-9a-f]{64})$/;
const USER = /^user (.+)$/;

/** Which of these names the file has, with the fingerprint beside each; null for an entry that a person wrote. */
export async function findEntries(
  path: string,
  names: ReadonlySet<string>,
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  let mark: string | null = null;
  for await (const line of linesOf(path)) {
    const name = USER.exec(line)?.[1];
    if (name !== undefined && names.has(name)) found.set(name, mark);
    mark = MARK.exec(line)?.[1] ?? null;
  }
  return found;
}

/** Writes the file anew without the entries of these fingerprints and with the new ones at its end. One line in memory at a time. */
export async function rewriteEntries(
  path: string,
  topicRoot: string,
  change: { add?: readonly AclEntry[]; remove?: ReadonlySet<string> },
): Promise<void> {
  await replaceFile(path, async (file) => {
    const out = new LineWriter(file);
    let skip = 0;
    for await (const line of linesOf(path)) {
      const fingerprint = MARK.exec(line)?.[1];
      if (fingerprint !== undefined && change.remove?.has(fingerprint) === true) skip = ENTRY_LINES;
      if (skip > 0) skip -= 1;
      else await out.write(line);
    }
    for (const entry of change.add ?? [])
      for (const line of entryLines(entry, topicRoot)) await out.write(line);
    await out.flush();
  });
}

const ENTRY_LINES = 3;

function entryLines({ name, fingerprint }: AclEntry, topicRoot: string): string[] {
  return [`# rootline sha256:${fingerprint}`, `user ${name}`, `topic readwrite ${topicRoot}/${name}/#`];
}

/** The line that gives every certificate of a trusted CA its own topics: %u is the common name. */
const patternLine = (topicRoot: string): string => `pattern readwrite ${topicRoot}/%u/#`;

/** Makes sure of the pattern line; returns false when it was there. */
export async function ensurePattern(path: string, topicRoot: string): Promise<boolean> {
  const wanted = patternLine(topicRoot);
  for await (const line of linesOf(path)) if (line.trim() === wanted) return false;
  await replaceFile(path, async (file) => {
    const out = new LineWriter(file);
    for await (const line of linesOf(path)) await out.write(line);
    await out.write(wanted);
    await out.flush();
  });
  return true;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    if (!isMissing(cause)) throw fileError(path, 'read', cause);
  } finally {
    input.destroy();
  }
}

const FLUSH_AT = 64 * 1024;

/** Lines to a file in blocks. */
class LineWriter {
  readonly #file: FileHandle;
  #text = '';

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(line: string): Promise<void> {
    this.#text += `${line}\n`;
    if (this.#text.length >= FLUSH_AT) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#file.write(text);
  }
}
