import { createHash } from 'node:crypto';

/** Hash before the first message of a station. */
export const GENESIS = '0'.repeat(64);

/**
 * Place in a station's chain of messages. `epoch` counts up when a station that was restored from a backup goes on
 * under a chain of its own; `position` is the number of the message, from 1; `hash` covers it and all before it.
 */
export interface ChainPlace {
  epoch: number;
  position: number;
  hash: string;
}

/**
 * SHA-256 over the hash before, a line feed and the SHA-256 of the line, all in hex. `line` is the message exactly as
 * it travels, without its line feed.
 */
export function linkHash(previous: string, line: string): string {
  return linkContent(previous, contentHash(line));
}

/** The same where the hash of the line is known. */
export function linkContent(previous: string, content: string): string {
  return createHash('sha256').update(`${previous}\n${content}`).digest('hex');
}

/** Names a message whatever chain it stands in: what makes sending twice harmless. */
export function contentHash(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
