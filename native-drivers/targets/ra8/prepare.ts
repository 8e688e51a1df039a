import { parseRkey } from '#drivers/artefacts/rkey.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import { certificates, oemRootKey } from '#drivers/protocols/ra-boot/keys.ts';
import { lifecycleOf } from './identify.ts';
import { irreversible } from '../ra-common/irreversible.ts';
import type { Ra8Part } from './part.ts';

/** Erases the part and brings it to OEM, PL2; the reset that the command asks for is part of it. */
export async function initialize(
  part: Ra8Part,
  context: OperationContext,
): Promise<OperationResult<'initialize'>> {
  const { client } = await part.useRom(context.signal);
  context.progress({ done: 0, total: 0, unit: 'steps', note: 'Initialize' });
  part.touched = true;
  const dlm = await client.dlm();
  if (dlm === 'CM') await client.moveDlm('CM', 'OEM');
  await client.initialize('OEM', 'OEM');
  part.drop();
  const rom = await part.useRom(context.signal);
  const lifecycle = await lifecycleOf(rom.client);
  if (lifecycle.dlm !== 'OEM' || lifecycle.protection !== 'PL2') {
    throw new DriverError('wrong-state', 'The chip is not open after initialize.', {
      chip: 'not-locked',
      context: { dlm: lifecycle.dlm, protection: lifecycle.protection ?? 'unknown' },
    });
  }
  part.erased = true;
  return { output: lifecycle, measurements: [] };
}

/** `permanent`: the key can never be replaced, so a lost answer is `outcome-unknown`. */
export async function injectOemRootKey(
  part: Ra8Part,
  { rkey, permanent }: OperationInput<'inject-oem-root-key'>,
  context: OperationContext,
): Promise<OperationResult<'inject-oem-root-key'>> {
  const key = parseRkey(rkey);
  const { client } = await part.useFastRom(context.signal);
  part.touched = true;
  const inject = () => oemRootKey(client, key, permanent);
  await (permanent ? irreversible('oemRootKey', inject) : inject());
  return { output: await lifecycleOf(client), measurements: [] };
}

export async function injectBootCertificates(
  part: Ra8Part,
  { keyCertificate, codeCertificate }: OperationInput<'inject-boot-certificates'>,
  context: OperationContext,
): Promise<OperationResult<'inject-boot-certificates'>> {
  const { client } = await part.useFastRom(context.signal);
  part.touched = true;
  await certificates(client, keyCertificate, codeCertificate);
  return { output: {}, measurements: [] };
}
