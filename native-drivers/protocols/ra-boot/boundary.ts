import { DriverError } from '#drivers/core/errors.ts';
import type { RaBootClient } from './client.ts';
import { COMMAND } from './constants.ts';
import { KEY_MS, answerMs } from './timing.ts';

/** Secure regions, KiB: code flash without and with NSC, data flash, SRAM without and with NSC (R01AN5562, command 4E). */
export const REGIONS = ['CFS1', 'CFS2', 'DFS', 'SRS1', 'SRS2'] as const;
export type Boundary = Record<(typeof REGIONS)[number], number>;

const BYTES = 2 * REGIONS.length;

/** TrustZone boundary as stored; in force since the last reset. */
export async function boundaryOf(client: RaBootClient): Promise<Boundary> {
  const timeoutMs = answerMs(32, client.baudRate);
  const { payload } = await client.link.command(COMMAND.boundaryGet, new Uint8Array(0), timeoutMs);
  if (payload.length < BYTES)
    throw new DriverError('bad-frame', 'An answer is too short.', {
      context: { what: 'boundary', length: payload.length },
    });
  const words = Buffer.from(payload);
  const value = (index: number): number => words.readUInt16BE(2 * index);
  return { CFS1: value(0), CFS2: value(1), DFS: value(2), SRS1: value(3), SRS2: value(4) };
}

/** Takes effect after the next reset. The chip checks units and order. */
export async function setBoundary(client: RaBootClient, boundary: Boundary): Promise<void> {
  const payload = Buffer.alloc(BYTES);
  REGIONS.forEach((region, index) => payload.writeUInt16BE(boundary[region], 2 * index));
  await client.link.command(COMMAND.boundarySet, payload, KEY_MS + answerMs(32, client.baudRate));
}
