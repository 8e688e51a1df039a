import { DriverError } from '#drivers/core/errors.ts';
import type { GdbRemoteClient, MonitorAnswer } from '#drivers/protocols/gdb-remote/client.ts';
import { MONITOR_MS } from '#drivers/protocols/gdb-remote/constants.ts';

/** What differs from one debug server to the next. Null: it cannot, or no document says how. */
export interface GdbServer {
  name: string;
  /** Finds the part and halts it. Rejects with `no-answer` where there is none. */
  attach(client: GdbRemoteClient): Promise<void>;
  /** Resets the part and lets it run. */
  start(client: GdbRemoteClient): Promise<void>;
  eraseAll: ((client: GdbRemoteClient) => Promise<void>) | null;
  /** Programs this option word. */
  protect: ((client: GdbRemoteClient, word: number) => Promise<void>) | null;
  /** Opens a protected part: erases all of it. */
  unprotect: ((client: GdbRemoteClient) => Promise<void>) | null;
}

/** Rejects with `device-error` where the server says that the command failed; what it printed is in the context. */
async function command(
  client: GdbRemoteClient,
  line: string,
  good: readonly MonitorAnswer['end'][] = ['ok', 'text'],
): Promise<void> {
  const { text, end } = await client.monitor(line);
  if (good.includes(end)) return;
  throw new DriverError('device-error', 'A command of the debug server failed.', {
    context: { command: line, text: text.slice(0, 200) },
  });
}

/** A Black Magic probe says "Failed" where others say what came out. */
const commandOfProbe = (client: GdbRemoteClient, line: string): Promise<void> =>
  command(client, line, ['ok']);

const detach = (client: GdbRemoteClient): Promise<void> => client.order('D');

async function expectStopped(client: GdbRemoteClient, packet: string): Promise<void> {
  const answer = await client.askStop(packet, MONITOR_MS);
  if (/^[TS]/.test(answer)) return;
  throw noPart(answer);
}

const noPart = (answer: string): DriverError =>
  new DriverError('no-answer', 'The debug server finds no part.', {
    chip: 'untouched',
    context: { answer: answer.slice(0, 200) },
  });

/**
 * Black Magic Debug (black-magic.org, "GDB commands"; src/command.c, src/target/stm32f4.c). An attach that is answered
 * by an error found nothing; `option erase` writes the options as they leave the factory.
 */
const blackMagic: GdbServer = {
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
  eraseAll: (client) => commandOfProbe(client, 'erase_mass'),
  protect: (client, word) => command(client, `option write 0x${word.toString(16).padStart(8, '0')}`),
  unprotect: (client) => commandOfProbe(client, 'option erase'),
};

/**
 * OpenOCD User's Guide: 15.4 Reset, 12.4 Flash Driver List (`stm32f2x`, which drives the F4 too). New options count from
 * the next reset on. Nothing of this has met an OpenOCD yet.
 */
const openOcd: GdbServer = {
  name: 'OpenOCD',
  async attach(client) {
    await command(client, 'reset halt');
    await expectStopped(client, '?');
  },
  async start(client) {
    await command(client, 'reset run');
    await detach(client);
  },
  eraseAll: (client) => command(client, 'stm32f2x mass_erase 0'),
  protect: async (client) => {
    await command(client, 'stm32f2x lock 0');
    await command(client, 'reset halt');
  },
  unprotect: async (client) => {
    await command(client, 'stm32f2x unlock 0');
    await command(client, 'reset halt');
  },
};

/** QEMU's stub stops the machine when it is connected to; its monitor answers `qRcmd` (QEMU, "GDB usage"). */
const qemu: GdbServer = {
  name: 'QEMU',
  attach: (client) => expectStopped(client, '?'),
  async start(client) {
    await command(client, 'system_reset');
    await detach(client);
  },
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
  eraseAll: null,
  protect: null,
  unprotect: null,
};

/** Asks the server who it is; changes nothing. */
export async function serverOf(client: GdbRemoteClient): Promise<GdbServer> {
  const { text } = await client.monitor('version');
  if (text.includes('Black Magic')) return blackMagic;
  if (text.includes('Open On-Chip Debugger')) return openOcd;
  // QEMU knows `info version` alone, and answers by its number.
  const info = await client.monitor('info version');
  return info.end !== 'failed' && /^\d+\.\d+/.test(info.text) ? qemu : other;
}
