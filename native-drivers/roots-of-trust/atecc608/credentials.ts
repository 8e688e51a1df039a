import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { splitDer } from '../proof.ts';
import { readConfigZone } from './config-zone.ts';
import { requireDataLocked } from './lifecycle.ts';
import { CHAIN_SLOTS, checkPolicy, SLOT } from './policy.ts';
import { capacityOf, readSlots, writeSlots } from './slots.ts';

/**
 * Head of the chain in its slots: form 1, number of certificates, bytes that follow (high byte first). The form is this
 * station's own: Microchip's compressed certificates hold 72 bytes and need a template to be made whole again.
 */
const HEAD_BYTES = 4;
const FORM = 1;

/** Chain, leaf first, as far as it fits (the leaf must), and the configuration. Both are read back. */
export async function injectCredentials(
  client: AteccClient,
  { chain, configuration }: OperationInput<'inject'>,
  context: OperationContext,
): Promise<OperationResult<'inject'>> {
  const [leaf] = chain;
  if (leaf === undefined) throw badArgument('The certificate chain is empty.', {});
  const kept = fitting(chain);
  const text = configurationText(configuration);
  const zone = await readConfigZone(client);
  requireDataLocked(zone);
  checkPolicy(zone);
  const body = Buffer.concat(kept);
  const head = Buffer.of(FORM, kept.length, body.length >> 8, body.length & 0xff);
  await writeSlots(client, CHAIN_SLOTS, Buffer.concat([head, body]), context);
  if (text.length > 0) await writeSlots(client, [SLOT.configuration], text, context);
  const certificateFingerprint = createHash('sha256').update(leaf).digest('hex');
  const measurements = [
    { name: 'chain-size', value: body.length, unit: 'B' },
    { name: 'certificates-kept', value: kept.length, unit: 'count' },
  ];
  return { output: { certificateFingerprint }, measurements };
}

/** The chain as the part holds it; empty where none is. */
export async function readChain(client: AteccClient): Promise<Uint8Array[]> {
  const [form, count, high = 0, low = 0] = await readSlots(client, CHAIN_SLOTS, HEAD_BYTES);
  const length = (high << 8) | low;
  if (form !== FORM || HEAD_BYTES + length > capacityOf(CHAIN_SLOTS)) return [];
  const chain = splitDer((await readSlots(client, CHAIN_SLOTS, HEAD_BYTES + length)).slice(HEAD_BYTES));
  if (chain.length === count) return chain;
  throw new DriverError('bad-frame', 'The chain on the part is not what its head says.', {
    context: { count: count ?? 0, found: chain.length },
  });
}

function fitting(chain: readonly Uint8Array[]): Uint8Array[] {
  const room = capacityOf(CHAIN_SLOTS) - HEAD_BYTES;
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for (const certificate of chain) {
    bytes += certificate.length;
    if (bytes > room) break;
    kept.push(certificate);
  }
  if (kept.length > 0) return kept;
  throw badArgument('The device certificate does not fit into the slots of this part.', {
    bytes: chain[0]?.length ?? 0,
    room,
  });
}

/** `key=value`, a line each, with a zero behind the last. */
function configurationText(configuration: Record<string, string>): Uint8Array {
  const lines = Object.entries(configuration).map(([key, value]) => `${key}=${value}\n`);
  if (lines.length === 0) return new Uint8Array(0);
  const text = Buffer.from(`${lines.join('')}\0`, 'utf8');
  const room = capacityOf([SLOT.configuration]);
  if (text.length <= room) return text;
  throw badArgument('The configuration does not fit into the slot of this part.', {
    bytes: text.length,
    room,
  });
}

const badArgument = (message: string, context: Record<string, number>): DriverError =>
  new DriverError('bad-argument', message, { chip: 'not-locked', context });
