import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openUsb } from '#drivers/transports/usb/open-usb.ts';

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [`${import.meta.dirname}/main.ts`, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function output(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stderr?.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

/** One that is free with the next; nobody holds them until they are used. */
async function freePort(): Promise<number> {
  const [first, second] = [createServer(), createServer()];
  first.listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  const free = await new Promise<boolean>((resolve) => {
    second.once('error', () => resolve(false)).listen(port + 1, '127.0.0.1', () => resolve(true));
  });
  first.close();
  second.close();
  return free ? port : freePort();
}

interface Line {
  sites: { id: string; port: string; link: string; control: string }[];
}

async function ready(child: ChildProcess): Promise<Line> {
  if (child.stdout === null) throw new Error('no standard output');
  const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return JSON.parse(text) as Line;
}

describe('npm run bench:virtual', () => {
  it('prints one JSON line and cleans up on SIGTERM', async () => {
    const child = start('--target', 'ra8m1', '--sites', '2', '--speed', 'max', '--json');
    const { sites } = await ready(child);
    expect(sites.map((site) => site.id)).toEqual(['A1', 'A2']);
    expect(sites.every((site) => existsSync(site.port) && existsSync(site.control))).toBe(true);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(sites.some((site) => existsSync(site.link) || existsSync(site.control))).toBe(false);
  });

  it('prints USB/IP addresses of a target on USB, at the ports that it is told, and what is there can be opened', async () => {
    const from = await freePort();
    const child = start('--target', 'dfu', '--sites', '2', '--usb-port', String(from), '--json');
    const { sites } = await ready(child);
    const links = [from, from + 1].map((port) => `usbip://127.0.0.1:${port}/1-1`);
    expect(sites.map(({ port, link }) => [port, link])).toEqual(links.map((link) => [link, link]));
    const port = await openUsb(links[1] ?? '');
    expect(port.device.productName).toBe('STM32  BOOTLOADER');
    await port.close();
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  it('ends with its standard input when attached', async () => {
    const child = start('--sites', '1', '--json', '--attached');
    await ready(child);
    child.stdin?.end();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });

  it('prints its documentation', async () => {
    const [help, control] = await Promise.all([output(start('--help')), output(start('--control'))]);
    expect(help.text).toContain('--speed wire|max');
    expect(control.text).toContain('power-cut-mid-write');
  });

  it.each([
    ['--sites', '0'],
    ['--sites', '65'],
    ['--speed', 'warp'],
    ['--target', 'z80'],
    ['--seed', 'x'],
  ])('refuses %s %s', async (option, value) => {
    expect((await output(start(option, value))).code).toBe(2);
  });
});
