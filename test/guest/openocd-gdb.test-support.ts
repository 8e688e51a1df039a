import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, OperationOutput } from '#drivers/core/operations.ts';
import type { Guest } from '#scripts/guest/guest.ts';
import { HOST_IN_GUEST } from '#scripts/guest/init.ts';
import { fromLine, toLine, type Question, type Report, type Turn } from './in-guest/wire-lines.ts';

const GDB_PORT = 3333;
const LOG = '/tmp/openocd.log';
type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;

/** Has the probe that a bench serves on this port on the guest's bus. */
export const plugIn = (guest: Guest, port: string): Promise<string> =>
  guest.runInGuest(`until_true bus_empty\nattach ${port}`);

/** Starts OpenOCD on the probe in the guest; one that runs there already is ended first. It outlives the script. */
export const startOpenOcd = (guest: Guest): Promise<string> =>
  guest.runInGuest(
    [
      `for old in $(pidof openocd); do kill $old; until_true sh -c "! kill -0 $old 2>/dev/null"; done`,
      `openocd -f interface/cmsis-dap.cfg -c 'cmsis_dap_backend usb_bulk' -f target/stm32f0x.cfg -c 'gdb_port ${GDB_PORT}' >${LOG} 2>&1 &`,
      `until_says ${LOG} 'Listening on port ${GDB_PORT}'`,
    ].join('\n'),
  );

/** A site whose driver runs in the guest, told from here. */
export class GuestSite {
  /** What happened there, in order: events of the site, and `progress NOTE`. */
  readonly events: string[] = [];
  /** Of the last operation that ended well, by the guest's clock. */
  seconds = 0;
  private readonly server: Server;
  private readonly socket: Socket;
  private readonly waiting = new Map<number, (report: Report) => void>();
  private last = 0;
  private images = 0;

  private constructor(server: Server, socket: Socket) {
    this.server = server;
    this.socket = socket.on('error', () => undefined);
    createInterface(socket).on('line', (line) => this.hear(fromLine(line) as Report));
  }

  static async start(guest: Guest): Promise<GuestSite> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const { port } = server.address() as AddressInfo;
    await guest.runInGuest(
      `node test/guest/in-guest/gdb-site.ts ${HOST_IN_GUEST} ${port} >/tmp/site.log 2>&1 &`,
    );
    const [socket] = await connected;
    return new GuestSite(server, socket);
  }

  /** Opens the site; `record` keeps what goes over its line, which `close` then has. */
  async open(target: string, record = false): Promise<void> {
    this.events.length = 0;
    await this.ask({ ask: 'open', target, server: GDB_PORT, record });
  }

  /** Name of an image of these bytes. */
  async image(address: number, bytes: Uint8Array): Promise<string> {
    const sha256 = String((this.images += 1)).padStart(64, '0');
    const image: Image = { sha256, format: 'binary', segments: [{ address, bytes }], entryPoint: null };
    await this.ask({ ask: 'image', image });
    return sha256;
  }

  async run<K extends OperationName>(operation: K, input: OperationInput<K>): Promise<OperationOutput<K>> {
    const result = await this.ask({ ask: 'run', operation, input });
    const { output, seconds } = result as { output: OperationOutput<K>; seconds: number };
    this.seconds = seconds;
    return output;
  }

  /** Closes the site; the next `open` has a new one. */
  async close(): Promise<Turn[]> {
    return (await this.ask({ ask: 'close' })) as Turn[];
  }

  async end(): Promise<void> {
    this.socket.destroy();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  private async ask(question: Asked): Promise<unknown> {
    const id = (this.last += 1);
    const heard = new Promise<Report>((resolve) => this.waiting.set(id, resolve));
    this.socket.write(toLine({ ...question, id }));
    const report = await heard;
    if ('result' in report) return report.result;
    if (!('error' in report)) throw new Error('no answer to a question');
    const { error } = report;
    if (typeof error === 'string') throw new Error(`in the guest: ${error}`);
    throw DriverError.fromJSON(error);
  }

  private hear(report: Report): void {
    if ('event' in report) {
      this.events.push(report.event);
      return;
    }
    this.waiting.get(report.id)?.(report);
    this.waiting.delete(report.id);
  }
}
