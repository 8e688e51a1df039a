import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { OperationInput, OperationName, OperationOutput } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { loadTarget } from '../registry.ts';

/** A real TPM in software. Its control port is the next one, where tpm2-tools looks for it. */
export interface Swtpm {
  port: number;
  /** Where it keeps what a TPM keeps; the same again in another process. */
  state: string;
  end(): Promise<void>;
}

/** `from`: state that another one left. */
export async function startSwtpm(from?: string): Promise<Swtpm> {
  const state = mkdtempSync(join(tmpdir(), 'rootline-swtpm-'));
  if (from !== undefined) cpSync(from, state, { recursive: true });
  const port = await twoFreePorts();
  const server = ['--server', `type=tcp,port=${port}`, '--ctrl', `type=tcp,port=${port + 1}`];
  const flags = ['--flags', 'not-need-init', '--seccomp', 'action=none'];
  const child = spawn('swtpm', ['socket', '--tpm2', '--tpmstate', `dir=${state}`, ...server, ...flags], {
    stdio: 'ignore',
  });
  const end = async (): Promise<void> => {
    const ended = child.exitCode === null ? once(child, 'exit') : null;
    child.kill();
    await ended;
  };
  await vi.waitFor(() => answers(port), { timeout: 10_000, interval: 10 });
  return {
    ...{ port, state },
    end: async () => {
      await end();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.destroy();
}

async function twoFreePorts(): Promise<number> {
  for (;;) {
    const first = await listening(0);
    const { port } = first.address() as AddressInfo;
    const second = await listening(port + 1).catch(() => null);
    await Promise.all([closed(first), second === null ? null : closed(second)]);
    if (second !== null) return port;
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const closed = (server: Server): Promise<unknown> => {
  const done = once(server, 'close');
  server.close();
  return done;
};

/** What the relay does to the next command of that code. `late`: the answer comes only with the next one's. */
export interface RelayFault {
  command: number;
  what: 'drop-answer' | 'lost' | 'late' | 'cut' | { rc: number };
}

/** A wire to a TPM that can be meddled with; it knows nothing of a TPM but where the code is. */
export interface Relay {
  port: number;
  faults: RelayFault[];
  /** What comes before the first answer of a connection. */
  stale: Uint8Array;
  /** Where new connections go. */
  upstream: number;
  /** Ends the connections that there are. */
  cut(): void;
  close(): Promise<void>;
}

export async function openRelay(upstream: number): Promise<Relay> {
  const open = new Set<Socket>();
  const server = await listening(0);
  const { port } = server.address() as AddressInfo;
  const relay: Relay = {
    ...{ port, upstream, faults: [], stale: new Uint8Array(0) },
    cut: () => open.forEach((socket) => socket.destroy()),
    close: async () => {
      relay.cut();
      await closed(server);
    },
  };
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    carry(socket, relay);
  });
  return relay;
}

function carry(near: Socket, relay: Relay): void {
  const far = connect({ host: '127.0.0.1', port: relay.upstream });
  let fault: RelayFault['what'] | null = null;
  let held = Buffer.alloc(0);
  if (relay.stale.length > 0) near.write(relay.stale);
  near.on('data', (bytes: Buffer) => {
    const command = bytes.readUInt32BE(6);
    const index = relay.faults.findIndex((one) => one.command === command);
    fault = index < 0 ? null : (relay.faults.splice(index, 1)[0]?.what ?? null);
    if (fault === 'lost') return;
    if (typeof fault === 'object' && fault !== null) {
      near.write(Buffer.from(`80010000000a${fault.rc.toString(16).padStart(8, '0')}`, 'hex'));
      return;
    }
    far.write(bytes);
  });
  far.on('data', (bytes: Buffer) => {
    if (fault === 'cut') near.destroy();
    else if (fault === 'late') held = Buffer.concat([held, bytes]);
    else if (fault !== 'drop-answer') {
      near.write(Buffer.concat([held, bytes]));
      held = Buffer.alloc(0);
    }
  });
  const end = (): void => {
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) socket.on('error', end).on('close', end);
}

/** The driver on such a port, as a site has it. */
export interface TpmRig {
  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    signal?: AbortSignal,
  ): Promise<OperationOutput<K>>;
  close(): Promise<void>;
}

export async function openTpm(port: number): Promise<TpmRig> {
  const images = { get: () => Promise.reject(new TypeError('a TPM takes no image')) as never };
  const driver = await loadTarget('tpm2');
  const spec = { path: `tcp://127.0.0.1:${port}`, control: { kind: 'operator' } as const };
  const site = await Site.open('A1', spec, { driver, images }, () => undefined);
  return {
    run: async (operation, input, signal = new AbortController().signal) =>
      (await site.run(operation, input, { signal, progress: () => undefined })).output,
    close: () => site.close(),
  };
}
