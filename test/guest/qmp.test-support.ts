import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';

/** The hands at a virtual machine: QEMU's machine protocol (QEMU, "QEMU Machine Protocol Specification", 2.0 and 2.4). */
export class Qmp {
  private readonly socket: Socket;
  private readonly lines: Interface;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.lines = createInterface({ input: socket });
  }

  /** The socket of `-qmp unix:PATH,server=on,wait=off`. */
  static async open(path: string): Promise<Qmp> {
    const socket = createConnection(path);
    const qmp = new Qmp(socket);
    await once(qmp.lines, 'line');
    await qmp.run('qmp_capabilities', {});
    return qmp;
  }

  /** Rejects where the machine refuses. */
  async run(execute: string, parameters: Record<string, unknown>): Promise<void> {
    const answer = this.next(({ event }) => event === undefined);
    this.socket.write(`${JSON.stringify({ execute, arguments: parameters })}\n`);
    const { error } = await answer;
    if (error !== undefined) throw new Error(`${execute}: ${JSON.stringify(error)}`);
  }

  /** Takes a device out; resolves when it is gone. */
  async unplug(id: string): Promise<void> {
    const gone = this.next(({ event, data }) => event === 'DEVICE_DELETED' && data?.device === id);
    await this.run('device_del', { id });
    await gone;
  }

  close(): void {
    this.lines.close();
    this.socket.destroy();
  }

  private next(wanted: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => {
      const hear = (line: string): void => {
        const message = JSON.parse(line) as Message;
        if (!wanted(message)) return;
        this.lines.off('line', hear);
        resolve(message);
      };
      this.lines.on('line', hear);
    });
  }
}

interface Message {
  event?: string;
  data?: { device?: string };
  error?: unknown;
}
