import { DriverError } from '#drivers/core/errors.ts';
import type { GdbRemoteClient } from '#drivers/protocols/gdb-remote/client.ts';
import type { OpenOcdFlash } from './device.ts';
import { command, detach, expectStopped, noPart, type GdbServer } from './server.ts';

/**
 * OpenOCD 0.12: 15.2 Target State handling (`reset`, `resume`), 12.5 Flash Driver List (commands of `stm32f1x` and
 * `stm32f2x`, which drives the F4 too) of its User's Guide. A command of a flash driver may fail and be answered as one
 * that did not: what it prints is what counts.
 */
export const openOcd = (flash: OpenOcdFlash | null): GdbServer => ({
  name: 'OpenOCD',
  attach,
  start: (client) => letRun(client, 'reset run'),
  // It does nothing to the part when a debugger detaches (11.5 Target Events: `gdb-detach` has no default).
  release: (client) => letRun(client, 'resume'),
  ...(flash === null ? NO_FLASH : flashCommands(flash)),
});

/**
 * An interrupt that found the part halted, as at a hello that was slow to be answered, is kept and halts what runs next: once.
 * A blank part is halted too, by OpenOCD itself, as its core locks up.
 */
async function letRun(client: GdbRemoteClient, line: string): Promise<void> {
  await command(client, line);
  const { text } = await client.monitor('[target current] curstate');
  if (!text.includes('running')) await command(client, 'resume');
  await detach(client);
}

const NO_FLASH = { eraseAll: null, protect: null, unprotect: null };

async function attach(client: GdbRemoteClient): Promise<void> {
  client.confirmZeros = (address, length) => confirmReadable(client, address, length);
  // Without a part, or with a probe that is gone, a reset fails; `?` tells of a halt all the same.
  const { end, text } = await client.monitor('reset halt');
  if (end === 'failed') throw noPart(text);
  await expectStopped(client, '?');
}

/**
 * Memory that cannot be read is answered by zeros unless `gdb_report_data_abort` was enabled before the server's start
 * (7.4 GDB Configuration). `read_memory` (15.2) does tell; it is of 0.12.
 */
async function confirmReadable(client: GdbRemoteClient, address: number, length: number): Promise<void> {
  const width = address % 4 === 0 && length % 4 === 0 ? 32 : 8;
  const place = `0x${address.toString(16).padStart(8, '0')}`;
  const count = (length * 8) / width;
  const { text, end } = await client.monitor(`llength [read_memory ${place} ${width} ${count}]`);
  if (end === 'text' && Number(text) === count) return;
  throw new DriverError('device-error', 'The debug server cannot read this memory.', {
    context: { address: place, length, text: text.slice(0, 200) },
  });
}

type FlashCommands = Pick<GdbServer, 'eraseAll' | 'protect' | 'unprotect'>;

/** Bank 0 is the part's flash in OpenOCD's own scripts for these families. */
function flashCommands({ driver, loadsOptions }: OpenOcdFlash): FlashCommands {
  const options = async (client: GdbRemoteClient, line: string, expected: RegExp): Promise<void> => {
    await command(client, line, { expected });
    // Attaching, which is next, resets the part: that is enough where this is not.
    if (loadsOptions) await command(client, `${driver} options_load 0`);
  };
  return {
    eraseAll: (client) => command(client, `${driver} mass_erase 0`, { expected: /complete/ }),
    protect: (client) => options(client, `${driver} lock 0`, /\blocked/),
    unprotect: (client) => options(client, `${driver} unlock 0`, /\bunlocked/),
  };
}
