import { u32 } from './buffer.ts';
import type { TpmClient } from './client.ts';
import { CAP, CC } from './constants.ts';

/** One property (6.13); 0 for one that this TPM does not have. */
export async function property(client: TpmClient, which: number): Promise<number> {
  const parameters = [u32(CAP.properties), u32(which), u32(1)];
  const { reader } = await client.run({ code: CC.getCapability, parameters });
  reader.u8();
  reader.u32();
  if (reader.u32() === 0 || reader.u32() !== which) return 0;
  return reader.u32();
}

/** True where something is kept under that handle. */
export async function hasHandle(client: TpmClient, handle: number): Promise<boolean> {
  const parameters = [u32(CAP.handles), u32(handle), u32(1)];
  const { reader } = await client.run({ code: CC.getCapability, parameters });
  reader.u8();
  reader.u32();
  return reader.u32() > 0 && reader.u32() === handle;
}
