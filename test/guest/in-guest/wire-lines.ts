import type { DriverErrorJson } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName } from '#drivers/core/operations.ts';
import type { Turn } from './tap.ts';

/** What the tests ask the site in the guest. `server`: the port of the debug server there. */
export type Question = { id: number } & (
  | { ask: 'open'; target: string; server: number; record: boolean }
  | { ask: 'image'; image: Image }
  | { ask: 'run'; operation: OperationName; input: OperationInput<OperationName> }
  | { ask: 'close' }
);

/** What it says: what happened meanwhile, and what came of a question. */
export type Report =
  { event: string } | { id: number; result: unknown } | { id: number; error: DriverErrorJson | string };

export type { Turn };

/** One value as a line of JSON; bytes are in it as base64. */
export const toLine = (value: unknown): string =>
  `${JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Uint8Array ? { base64: Buffer.from(part).toString('base64') } : part,
  )}\n`;

export const fromLine = (line: string): unknown =>
  JSON.parse(line, (_key, part: unknown) => {
    const text = typeof part === 'object' && part !== null && 'base64' in part ? part.base64 : null;
    return typeof text === 'string' ? Uint8Array.from(Buffer.from(text, 'base64')) : part;
  });
