import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationInput, OperationResult } from '#drivers/core/operations.ts';
import type { RaBootClient } from '#drivers/protocols/ra-boot/client.ts';
import type { Gen1DlmName } from '#drivers/protocols/ra-boot/constants.ts';
import { gen1Dlm, moveGen1Dlm } from '#drivers/protocols/ra-boot/dlm.ts';
import { irreversible } from '../ra-common/irreversible.ts';
import { closeBoot, disableInitialize } from '../ra-common/lock-steps.ts';
import type { RaRom } from '../ra-common/ra-rom.ts';
import type { Gen1Part } from './part.ts';

/** DPL, initialize disabled, LCK_BOOT: what is closed already is left alone, so a lock that was cut short is carried on. */
export async function lock(
  part: Gen1Part,
  { disableInitialize: disable, lockBoot: boot }: OperationInput<'lock'>,
  context: OperationContext,
): Promise<OperationResult<'lock'>> {
  const rom = await part.useRom(context.signal);
  const steps = ['Deploy', ...(disable ? ['Disable initialize'] : []), ...(boot ? ['Lock boot'] : [])];
  let done = 0;
  const step = () =>
    context.progress({ done, total: steps.length, unit: 'steps', note: steps[done++] ?? '' });
  step();
  part.touched = true;
  await deploy(rom);
  let answered = true;
  if (disable) {
    step();
    await irreversible('parameterSet', () => disableInitialize(rom.client));
  }
  if (boot) {
    step();
    answered = await lockBoot(part, { client: rom.client, from: await gen1Dlm(rom.client) });
  }
  context.progress({ done, total: steps.length, unit: 'steps' });
  return { output: { answered }, measurements: [] };
}

async function deploy({ client }: RaRom): Promise<void> {
  const dlm = await gen1Dlm(client);
  if (dlm === 'DPL' || dlm === 'LCK_DBG') return;
  if (dlm !== 'SSD' && dlm !== 'NSECSD') throw wrongState('The part cannot be locked from its state.', dlm);
  await moveGen1Dlm(client, dlm, 'DPL');
}

/** The move that silences the boot ROM for ever. False: the chip took it, or not, without a word. */
export async function lockBoot(
  part: Gen1Part,
  { client, from }: { client: RaBootClient; from: Gen1DlmName },
): Promise<boolean> {
  const answered = await irreversible('lock', () =>
    closeBoot(part, () => moveGen1Dlm(client, from, 'LCK_BOOT')),
  );
  if (answered) part.noteLocked();
  return answered;
}

/** What a move was refused for before it was sent, or found after it. */
export function wrongState(message: string, dlm: string, to?: string): DriverError {
  const context = to === undefined ? { dlm } : { dlm, to };
  return new DriverError('wrong-state', message, { context });
}
