import type { GdbRemoteClient } from '#drivers/protocols/gdb-remote/client.ts';
import type { OptionWord } from './device.ts';
import { command, detach, expectStopped, noPart, type GdbServer } from './server.ts';

/** It says "Failed" where others say what came out. */
const sayNothing = (client: GdbRemoteClient, line: string): Promise<void> =>
  command(client, line, { good: ['ok'] });

/**
 * Black Magic Debug (black-magic.org, "GDB commands"; src/command.c, src/target/stm32f4.c). An attach that is answered
 * by an error found nothing; `option erase` writes the options as they leave the factory.
 */
export const blackMagic = (options: OptionWord | null): GdbServer => ({
  name: 'Black Magic probe',
  async attach(client) {
    const { end, text } = await client.monitor('swdp_scan');
    if (end !== 'ok') throw noPart(text);
    await expectStopped(client, 'vAttach;1');
  },
  async start(client) {
    await expectStopped(client, 'vRun;');
    await detach(client);
  },
  release: detach,
  eraseAll: (client) => sayNothing(client, 'erase_mass'),
  protect:
    options === null
      ? null
      : async (client) => {
          const word = options.protect(await client.read32(options.address));
          await command(client, `option write 0x${word.toString(16).padStart(8, '0')}`);
        },
  unprotect: options === null ? null : (client) => sayNothing(client, 'option erase'),
});
