import { z } from 'zod';
import { base64, count, sha256Hex } from './shapes.ts';
import { chainPlace, renewRequest } from './line.ts';

/**
 * Lines of a courier transfer (protocol/courier carries and seals them). From a station: one head, then messages of its
 * chain as on the line. To a station: signed messages, and pieces of the files that they name.
 */
export const courierUpHead = z.object({
  head: z.literal('rootline-courier-up/1'),
  name: z.string(),
  version: z.string(),
  /** Place before the first line. */
  from: chainPlace,
  /** The station's last message when it was written. */
  until: chainPlace,
  applied: count,
  /** A request for new certificates, where the old ones end soon or have ended. */
  renew: renewRequest.nullable(),
});
export type CourierUpHead = z.infer<typeof courierUpHead>;

export const courierDownLine = z.union([
  z.object({ jws: z.string() }),
  z.object({ blob: sha256Hex, offset: count, total: count, data: base64 }),
]);
export type CourierDownLine = z.infer<typeof courierDownLine>;

/**
 * Who stands in the head of a courier file: a station under its station id, a cloud under the id of the tenant, and the
 * tenant's id as tenant. A station's signer is the holder of its line certificate (its key usage is that of a TLS client,
 * its subject's serial number the station id), a cloud's is the tenant's signer.
 */
export const COURIER_CONTENT = { up: 'rootline-courier-up/1', down: 'rootline-courier-down/1' } as const;

/** Bytes of a file per line. */
export const BLOB_PIECE = 48 * 1024;
