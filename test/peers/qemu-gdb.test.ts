import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { parseImage } from '#drivers/images/parse-image.ts';
import { loadTarget } from '#drivers/targets/registry.ts';

const run = promisify(execFile);
const TEXT = 'Rootline ran this image.';
/** USART2 of the STM32F405: RM0090, 2.3 (memory map) and 30.6 (registers). */
const SOURCE = `
  __attribute__((section(".vectors"), used)) static void (*const vectors[2])(void);
  static void start(void) {
    volatile unsigned *const usart2 = (volatile unsigned *)0x40004400;
    usart2[3] = 0x2008;
    for (const char *next = "${TEXT}\\n"; *next != 0; next += 1) usart2[1] = (unsigned char)*next;
    for (;;) ;
  }
  static void (*const vectors[2])(void) = { (void (*)(void))0x20010000, start };
`;

interface Board {
  /** Of its debug server. */
  port: string;
  end(): Promise<void>;
}

let folder: string;
let image: Image;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-qemu-'));
  const [source, elf] = [join(folder, 'main.c'), join(folder, 'main.elf')];
  writeFileSync(source, SOURCE);
  const core = ['-mcpu=cortex-m4', '-mthumb', '-Os', '-ffreestanding', '-nostdlib'];
  const places = ['-Wl,--section-start=.vectors=0x08000000', '-Wl,-Ttext=0x08000100', '-Wl,-e,0x08000101'];
  await run('arm-none-eabi-gcc', [...core, ...places, source, '-o', elf]);
  image = parseImage(readFileSync(elf));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let usart: Server;
let board: Board;
let spoken: Promise<string>;
let site: Site;
beforeEach(async () => {
  usart = createServer().listen(0, '127.0.0.1');
  await once(usart, 'listening');
  spoken = firstLine(once(usart, 'connection') as Promise<[Socket]>);
  board = await startBoard();
  const driver = await loadTarget('qemu-netduinoplus2');
  const images = { get: () => image };
  site = await Site.open(
    'A1',
    { path: `tcp://127.0.0.1:${board.port}`, control: { kind: 'operator' } },
    { driver, images },
    () => undefined,
  );
});
afterEach(async () => {
  await site.close();
  await board.end();
  usart.close();
});

async function firstLine(connection: Promise<[Socket]>): Promise<string> {
  const [socket] = await connection;
  const [line] = (await once(createInterface({ input: socket }), 'line')) as [string];
  return line;
}

/** A halted board; the port of its debug server is the system's choice, which its machine protocol tells. */
async function startBoard(port = '0'): Promise<Board> {
  const gdb = `socket,id=gdb,host=127.0.0.1,port=${port},server=on,wait=off`;
  const speaker = `tcp:127.0.0.1:${(usart.address() as AddressInfo).port}`;
  const machine = ['-M', 'netduinoplus2', '-S', '-display', 'none', '-monitor', 'none', '-qmp', 'stdio'];
  const links = ['-chardev', gdb, '-gdb', 'chardev:gdb', '-serial', 'null', '-serial', speaker];
  const child = spawn('qemu-system-arm', [...machine, ...links], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const end = async () => {
    child.kill();
    await ended;
  };
  child.stdin.write('{"execute":"qmp_capabilities"}\n{"execute":"query-chardev"}\n');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /disconnected:tcp:127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (found !== undefined) return { port: found, end };
  }
  throw new Error('the board ended before it was ready');
}

const ask = async <K extends OperationName>(operation: K, input: OperationInput<K>) =>
  (await site.run(operation, input, { signal: new AbortController().signal, progress: () => undefined }))
    .output;

describe("the driver on QEMU's netduinoplus2", () => {
  it('knows the core, loads an image, reads it back, and the image speaks on USART2', async () => {
    const identity = await ask('identify', { target: 'qemu-netduinoplus2' });
    expect(identity.product).toBe('netduinoplus2');
    await ask('program', { image: image.sha256 });
    const bytes = image.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
    expect((await ask('verify', { image: image.sha256 })).bytes).toBeGreaterThanOrEqual(bytes);
    await ask('start-firmware', {});
    expect(await spoken).toBe(TEXT);
  });

  it('is not taken in by a stub that says OK to a write into nothing', async () => {
    await ask('identify', { target: 'qemu-netduinoplus2' });
    await expect(
      ask('write-memory', { address: 0x60000000, bytes: Uint8Array.of(1, 2, 3, 4) }),
    ).rejects.toMatchObject({
      code: 'device-error',
      context: { packet: 'm', status: 'E14' },
    });
    await ask('write-memory', { address: 0x20000000, bytes: Uint8Array.of(1, 2, 3, 4) });
  });

  it('sees a byte that was changed after it was written', async () => {
    await ask('identify', { target: 'qemu-netduinoplus2' });
    await ask('program', { image: image.sha256 });
    await ask('write-memory', { address: 0x08000004, bytes: Uint8Array.of(0) });
    await expect(ask('verify', { image: image.sha256 })).rejects.toMatchObject({
      code: 'verify-mismatch',
      context: { address: '0x08000004' },
    });
  });

  it('says that a read-protection is not to be had', async () => {
    await expect(ask('protect', { level: 'RDP1' })).rejects.toMatchObject({
      code: 'unsupported',
      chip: 'untouched',
    });
  });

  it('tells a server that went away from a part, and is back when the server is', async () => {
    await ask('identify', { target: 'qemu-netduinoplus2' });
    await board.end();
    await expect(ask('read-state', {})).rejects.toMatchObject({ code: 'port-gone' });
    board = await startBoard(board.port);
    expect(await ask('read-state', {})).toMatchObject({ via: 'boot-rom', locked: false });
  });
});
