import type { GdbRemoteClient } from '#drivers/protocols/gdb-remote/client.ts';
import { blackMagic } from './black-magic.ts';
import type { GdbDevice } from './device.ts';
import { openOcd } from './open-ocd.ts';
import { command, detach, expectStopped, type GdbServer } from './server.ts';

/** QEMU's stub stops the machine when it is connected to; its monitor answers `qRcmd` (QEMU, "GDB usage"). */
const qemu: GdbServer = {
  name: 'QEMU',
  attach: (client) => expectStopped(client, '?'),
  async start(client) {
    await command(client, 'system_reset');
    await detach(client);
  },
  release: detach,
  eraseAll: null,
  protect: null,
  unprotect: null,
};

/**
 * SEGGER J-Link GDB Server (UM08001, "Supported remote (monitor) commands": `halt`, `reset`, `go`), and whatever else does
 * not say who it is. Nothing of this has met a J-Link yet.
 */
const other: GdbServer = {
  name: 'debug server',
  async attach(client) {
    await client.monitor('halt');
    await expectStopped(client, '?');
  },
  async start(client) {
    await client.monitor('reset');
    await client.monitor('go');
    await detach(client);
  },
  release: detach,
  eraseAll: null,
  protect: null,
  unprotect: null,
};

/** Asks the server who it is; changes nothing. What it can do to this device is the device's to say. */
export async function serverOf(client: GdbRemoteClient, device: GdbDevice): Promise<GdbServer> {
  const { text } = await client.monitor('version');
  if (text.includes('Black Magic')) return blackMagic(device.options);
  if (text.includes('Open On-Chip Debugger')) return openOcd(device.openOcd);
  // QEMU knows `info version` alone, and answers by its number.
  const info = await client.monitor('info version');
  return info.end !== 'failed' && /^\d+\.\d+/.test(info.text) ? qemu : other;
}
