import { DriverError } from '#drivers/core/errors.ts';
import { property } from '#drivers/protocols/tpm2/capabilities.ts';
import type { TpmClient } from '#drivers/protocols/tpm2/client.ts';
import { NV, PT } from '#drivers/protocols/tpm2/constants.ts';
import { nvDefine, nvRead, nvReadPublic, nvUndefine, nvWrite } from '#drivers/protocols/tpm2/nv.ts';
import { CHAIN_INDICES } from './places.ts';

/** Written by the owner until it is locked, read by everybody. */
const ATTRIBUTES = NV.ownerWrite | NV.writeDefine | NV.ownerRead | NV.authRead | NV.noDictionaryAttack;
/** Part 2, 6.13: every TPM for the PC takes this much at once; ours says what it takes. */
const SMALLEST_BUFFER = 512;

/** Content of an index; null for one that does not exist or was never written. */
export async function readFile(client: TpmClient, index: number): Promise<Uint8Array | null> {
  const found = await nvReadPublic(client, index);
  if (found === null || (found.attributes & NV.written) === 0) return null;
  const bytes = new Uint8Array(found.bytes);
  const most = await bufferBytes(client);
  for (let at = 0; at < bytes.length; at += most)
    bytes.set(await nvRead(client, index, Math.min(most, bytes.length - at), at), at);
  return bytes;
}

/** An index of just that size, in place of the one before; read back and compared. */
export async function writeFile(client: TpmClient, index: number, content: Uint8Array): Promise<void> {
  await removeFile(client, index);
  await nvDefine(client, index, { attributes: ATTRIBUTES, bytes: content.length });
  const most = await bufferBytes(client);
  for (let at = 0; at < content.length; at += most)
    await nvWrite(client, index, content.subarray(at, at + most), at);
  if (Buffer.from((await readFile(client, index)) ?? []).equals(content)) return;
  throw new DriverError('verify-mismatch', 'The NV index holds other bytes than were written.', {
    chip: 'not-locked',
    context: { index: `0x${index.toString(16)}` },
  });
}

export async function removeFile(client: TpmClient, index: number): Promise<void> {
  if ((await nvReadPublic(client, index)) !== null) await nvUndefine(client, index);
}

/** The chain as the TPM holds it, leaf first, up to the first index that holds none. */
export async function readChain(client: TpmClient): Promise<Uint8Array[]> {
  const chain: Uint8Array[] = [];
  for (const index of CHAIN_INDICES) {
    const certificate = await readFile(client, index);
    if (certificate === null) break;
    chain.push(certificate);
  }
  return chain;
}

const bufferBytes = async (client: TpmClient): Promise<number> =>
  (await property(client, PT.nvBufferMax)) || SMALLEST_BUFFER;
