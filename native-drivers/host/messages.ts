import { z } from 'zod';
import type { DriverErrorJson } from '../core/errors.ts';
import type { HostEvent } from '../core/host-api.ts';
import { toolSchema } from './tool-schema.ts';
import type { OperationInput, OperationName, Progress } from '../core/operations.ts';

/** What crosses the border of the driver process. Both directions are checked by the receiver. */
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const text = z.string().max(4096);
const site = z.string().min(1).max(64);

const control = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bench'), socket: text }),
  z.strictObject({
    kind: z.literal('modem-lines'),
    reset: z.enum(['dtr', 'rts']),
    mode: z.enum(['dtr', 'rts']),
    contact: z.enum(['cts', 'dsr']).exactOptional(),
    crossCoupled: z.boolean().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('relay'),
    board: z.enum(['relays', 'gpio']).exactOptional(),
    path: text,
    location: text.exactOptional(),
    reset: z.number().int().min(0).max(64),
    mode: z.number().int().min(0).max(64),
  }),
  z.strictObject({ kind: z.literal('operator') }),
]);
const adapter = z.strictObject({ vendorId: text, productId: text, serialNumber: text });
const link = z.strictObject({
  path: text,
  location: text.exactOptional(),
  adapter: adapter.exactOptional(),
  control,
});

const address = z.number().int().min(0).max(0xffff_ffff);
const image = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  format: z.enum(['intel-hex', 's-record', 'binary', 'elf']),
  segments: z.array(z.strictObject({ address, bytes })).max(100_000),
  entryPoint: address.nullable(),
});

const none = z.object({});
const name = z.string().min(1).max(40);
/** Inputs by operation, as core/operations.ts declares them. */
export const operationInputs: { [K in OperationName]: z.ZodType<OperationInput<K>> } = {
  identify: z.strictObject({ target: text, tool: toolSchema.exactOptional() }),
  initialize: none,
  'inject-oem-root-key': z.strictObject({ rkey: bytes, permanent: z.boolean() }),
  program: z.strictObject({ image: text }),
  verify: z.strictObject({ image: text }),
  'inject-boot-certificates': z.strictObject({ keyCertificate: bytes, codeCertificate: bytes }),
  'boot-application': none,
  'start-firmware': none,
  'inject-key': z.strictObject({ slot: name, wrapped: bytes }),
  'generate-key': z.strictObject({ slot: name, bytes: z.number().int().min(1).max(512) }),
  'set-user-key': z.strictObject({ slot: name, key: bytes }),
  'set-boundary': z.strictObject({ regions: z.record(name, z.number().int().min(0).max(65_535)) }),
  protect: z.strictObject({ level: name }),
  'move-lifecycle': z.strictObject({ to: name, key: bytes.exactOptional() }),
  burn: z.strictObject({ fuse: name, value: bytes }),
  'read-memory': z.strictObject({ address, length: z.number().int().min(1).max(65_536) }),
  'write-memory': z.strictObject({ address, bytes }),
  'join-network': z.strictObject({ network: text }),
  enrol: z.strictObject({
    keepFor: z.strictObject({ recipient: bytes, batch: text }).exactOptional(),
  }),
  reconstruct: z.strictObject({ reads: z.number().int().min(1).max(1000) }),
  csr: z.strictObject({ subjectSerial: text }),
  inject: z.strictObject({
    chain: z.array(bytes).min(1).max(16),
    configuration: z.record(z.string().max(256), text),
  }),
  prove: z.strictObject({ challenge: bytes }),
  lock: z.strictObject({ disableInitialize: z.boolean(), lockBoot: z.boolean() }),
  'read-state': z.strictObject({ tool: toolSchema.exactOptional() }),
};
const operation = z.enum(Object.keys(operationInputs) as [OperationName, ...OperationName[]]);

const id = z.number().int().nonnegative();
export const requestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('list-ports'), id }),
  z.strictObject({ type: z.literal('ping'), id }),
  z.strictObject({ type: z.literal('others'), id, adapters: z.array(adapter).max(1000) }),
  z.strictObject({ type: z.literal('put-image'), id, image }),
  z.strictObject({ type: z.literal('open-site'), id, site, link, target: text }),
  z.strictObject({ type: z.literal('close-site'), id, site }),
  z.strictObject({ type: z.literal('run'), id, site, operation, input: z.unknown() }),
  z.strictObject({ type: z.literal('abort'), id }),
  z.strictObject({ type: z.literal('watch-bytes'), id, site, on: z.boolean() }),
  z.strictObject({ type: z.literal('answer-prompt'), id, site, prompt: text }),
]);
export type HostRequest = z.infer<typeof requestSchema>;

export type HostReply =
  | { type: 'ready'; pid: number }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: DriverErrorJson }
  | { type: 'progress'; id: number; progress: Progress }
  | { type: 'event'; event: HostEvent };

const replyTypes: Record<HostReply['type'], true> = {
  ready: true,
  result: true,
  error: true,
  progress: true,
  event: true,
};

/** The driver process is ours: its replies are checked for shape, so that a stray message cannot pass for one. */
export function isReply(message: unknown): message is HostReply {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  return typeof message.type === 'string' && Object.hasOwn(replyTypes, message.type);
}
