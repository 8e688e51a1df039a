import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { property } from '#drivers/protocols/tpm2/capabilities.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { PT } from '#drivers/protocols/tpm2/constants.ts';
import { refuseIfAborted } from '../outcome.ts';
import { removeFile, writeFile } from './nv-files.ts';
import { CHAIN_INDICES, CONFIGURATION_INDEX, MOST_CERTIFICATES } from './places.ts';
import { openIndices, requireUnowned } from './state.ts';

/** A certificate in each NV index, the configuration in another; what was there before is replaced, locked is refused. */
export async function injectCredentials(
  client: TpmClient,
  { chain, configuration }: OperationInput<'inject'>,
  context: OperationContext,
): Promise<OperationResult<'inject'>> {
  const [leaf] = chain;
  if (leaf === undefined || chain.length > MOST_CERTIFICATES)
    throw badArgument('A chain has one to four certificates here.', { certificates: chain.length });
  const files = filesOf(chain, configuration);
  await checkRoom(client, files);
  await requireUnowned(client);
  await requireUnlocked(client);
  for (const [done, { index, content }] of files.entries()) {
    refuseIfAborted(context.signal);
    context.progress({ done, total: files.length, unit: 'steps', note: 'Write NV' });
    await (content === null ? removeFile(client, index) : writeFile(client, index, content));
  }
  const certificateFingerprint = createHash('sha256').update(leaf).digest('hex');
  const bytes = chain.reduce((sum, { length }) => sum + length, 0);
  return {
    output: { certificateFingerprint },
    measurements: [{ name: 'chain-size', value: bytes, unit: 'B' }],
  };
}

interface File {
  index: number;
  /** Null: there shall be none. */
  content: Uint8Array | null;
}

function filesOf(chain: readonly Uint8Array[], configuration: Record<string, string>): File[] {
  const text = Object.entries(configuration).map(([key, value]) => `${key}=${value}\n`);
  const certificates = CHAIN_INDICES.map((index, at) => ({ index, content: chain[at] ?? null }));
  const content = text.length === 0 ? null : Buffer.from(text.join(''), 'utf8');
  return [...certificates, { index: CONFIGURATION_INDEX, content }];
}

async function checkRoom(client: TpmClient, files: readonly File[]): Promise<void> {
  const most = await property(client, PT.nvIndexMax);
  const big = files.find(({ content }) => content !== null && content.length > most);
  if (big === undefined) return;
  throw badArgument('A certificate or the configuration is larger than an NV index of this TPM may be.', {
    bytes: big.content?.length ?? 0,
    most,
  });
}

async function requireUnlocked(client: TpmClient): Promise<void> {
  const { exist, open } = await openIndices(client);
  if (exist.length === open.length) return;
  throw new DriverError('locked', 'The certificates on this TPM are locked.', {
    chip: 'locked',
    context: { indices: exist.filter((index) => !open.includes(index)).length },
  });
}

const badArgument = (message: string, context: Record<string, number>): DriverError =>
  new DriverError('bad-argument', message, { chip: 'not-locked', context });
