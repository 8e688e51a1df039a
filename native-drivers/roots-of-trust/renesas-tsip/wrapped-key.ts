import { RKEY_TYPE_DLM, rkeyTypeName } from '#drivers/artefacts/rkey-types.ts';
import { parseRkey } from '#drivers/artefacts/rkey.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { wrappedKeyBytes } from '#drivers/protocols/ra-boot/keys.ts';
import { pageFrame, type RxBootClient } from '#drivers/protocols/ra-boot/rx-client.ts';
import { RX_PAGE } from '#drivers/protocols/ra-boot/rx-constants.ts';

/** 32 KiB on each group. */
const DATA_FLASH = 0x0010_0000;
const DATA_FLASH_END = 0x0010_7fff;
/** A page of data flash, in hex. */
const SLOT = /^DATA:([0-7][0-9a-f])$/i;

/** A wrapped key and the page of data flash that it goes to. */
interface TsipKey {
  slot: string;
  address: number;
  /**
   * W-UFPK without its index (32), IV (16), encrypted key: what `R_TSIP_GenerateAes128KeyIndex`
   * takes (Renesas, r_tsip_rx_if.h).
   */
  bytes: Uint8Array;
}

/**
 * An .rkey file for DATA:00 to DATA:7F. The boot ROM of an RX has no command for keys: the key is left in data flash as it
 * is, wrapped, and the firmware gives it to the TSIP, which wraps it for itself. That it lies in one page in this order is
 * a convention of ours. Throws `bad-argument`: nothing was sent.
 */
export function tsipKey({ slot, wrapped }: OperationInput<'inject-key'>): TsipKey {
  const page = SLOT.exec(slot)?.[1];
  if (page === undefined) throw refuse('This chip has no such key slot.', { slot });
  const rkey = parseRkey(wrapped);
  const bytes = wrappedKeyBytes(rkey);
  if (rkey.keyType === RKEY_TYPE_DLM)
    throw refuse('A life-cycle key is for no TSIP.', { slot, keyType: rkeyTypeName(rkey.keyType) });
  if (bytes.length > RX_PAGE)
    throw refuse('The wrapped key does not fit its page.', { slot, bytes: bytes.length });
  return { slot, address: DATA_FLASH + Number.parseInt(page, 16) * RX_PAGE, bytes };
}

/** This boot ROM has no life cycle of its own. What tells a new part from one that somebody made: its data flash is blank. */
export async function tsipLifecycle(client: RxBootClient): Promise<Lifecycle> {
  const isBlank = await client.isBlank({ start: DATA_FLASH, end: DATA_FLASH_END });
  return { dlm: isBlank ? 'OPEN' : 'USED', protection: null, authentication: null };
}

/** Written where nothing is, and read back. What stands there already is never overwritten. */
export async function injectTsipKey(
  client: RxBootClient,
  { slot, address, bytes }: TsipKey,
): Promise<OperationResult<'inject-key'>> {
  if (!(await client.isBlank({ start: address, end: address + RX_PAGE - 1 })))
    throw new DriverError('wrong-state', 'The page of the slot is not blank.', {
      chip: 'not-locked',
      context: { slot },
    });
  const page = new Uint8Array(RX_PAGE).fill(0xff);
  page.set(bytes);
  await client.writePage(address, pageFrame(page));
  if (Buffer.from(await client.read(address, RX_PAGE)).equals(page))
    return { output: { slot, verified: true }, measurements: [] };
  throw new DriverError('verify-mismatch', 'The part holds another wrapped key than it was given.', {
    chip: 'not-locked',
    context: { slot },
  });
}

function refuse(message: string, context: Record<string, string | number>): DriverError {
  return new DriverError('bad-argument', message, { chip: 'untouched', context });
}
