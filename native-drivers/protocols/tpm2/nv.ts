import { joined, sized, TpmReader, u16, u32 } from './buffer.ts';
import type { TpmClient } from './client.ts';
import { ALG, CC, RC, RH } from './constants.ts';
import { hasCode } from './response-code.ts';

const NO_PASSWORD = new Uint8Array(0);

/** TPMS_NV_PUBLIC (13.5): what an index is. */
export interface NvPublic {
  attributes: number;
  bytes: number;
}

/** Null for an index that does not exist. */
export async function nvReadPublic(client: TpmClient, index: number): Promise<NvPublic | null> {
  try {
    const { reader } = await client.run({ code: CC.nvReadPublic, handles: [index] });
    const area = new TpmReader(reader.sized());
    area.u32();
    area.u16();
    const attributes = area.u32();
    area.sized();
    return { attributes, bytes: area.u16() };
  } catch (error) {
    if (hasCode(error, RC.handle)) return null;
    throw error;
  }
}

export async function nvDefine(
  client: TpmClient,
  index: number,
  { attributes, bytes }: NvPublic,
  ownerAuth: Uint8Array = NO_PASSWORD,
): Promise<void> {
  const area = joined(u32(index), u16(ALG.sha256), u32(attributes), sized(), u16(bytes));
  const parameters = [sized(), sized(area)];
  await client.run({ code: CC.nvDefineSpace, handles: [RH.owner], passwords: [ownerAuth], parameters });
}

export async function nvUndefine(client: TpmClient, index: number): Promise<void> {
  await client.run({ code: CC.nvUndefineSpace, handles: [RH.owner, index], passwords: [NO_PASSWORD] });
}

export async function nvWrite(
  client: TpmClient,
  index: number,
  bytes: Uint8Array,
  offset: number,
): Promise<void> {
  const parameters = [sized(bytes), u16(offset)];
  const command = { code: CC.nvWrite, handles: [RH.owner, index], passwords: [NO_PASSWORD], parameters };
  await client.run(command);
}

/** With the authorization of the index, which is empty: works whoever owns the TPM. */
export async function nvRead(
  client: TpmClient,
  index: number,
  length: number,
  offset: number,
): Promise<Uint8Array> {
  const parameters = [u16(length), u16(offset)];
  const command = { code: CC.nvRead, handles: [index, index], passwords: [NO_PASSWORD], parameters };
  return (await client.run(command)).reader.sized();
}

/** For as long as the index exists (13.4: TPMA_NV_WRITEDEFINE). */
export async function nvWriteLock(client: TpmClient, index: number): Promise<void> {
  await client.run({ code: CC.nvWriteLock, handles: [RH.owner, index], passwords: [NO_PASSWORD] });
}
