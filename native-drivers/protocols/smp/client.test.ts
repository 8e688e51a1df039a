import { describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { encodeMap, type SmpMap } from './cbor.ts';
import { SmpClient, type SmpRequest } from './client.ts';
import { SmpOp } from './constants.ts';
import type { SmpPacket } from './frame.ts';
import { SmpParser } from './parser.ts';
import { writePacket } from './writer.ts';

/** A transport whose far end is a function of one request packet. */
class FarEnd implements Transport {
  readonly path = 'far-end';
  readonly baudRate = 115_200;
  readonly requests: SmpPacket[] = [];
  readonly #parser = new SmpParser();
  readonly #serve: (packet: SmpPacket, far: FarEnd) => void;
  #data: (bytes: Uint8Array) => void = () => undefined;
  #gone: (error: Error) => void = () => undefined;

  constructor(serve: (packet: SmpPacket, far: FarEnd) => void) {
    this.#serve = serve;
  }

  write(bytes: Uint8Array): Promise<void> {
    for (const event of this.#parser.push(bytes)) {
      if (event.type !== 'packet') continue;
      this.requests.push(event.packet);
      this.#serve(event.packet, this);
    }
    return Promise.resolve();
  }
  answer(packet: SmpPacket, map: SmpMap, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): void {
    const op = packet.op === SmpOp.read ? SmpOp.readResponse : SmpOp.writeResponse;
    this.#data(change(writePacket({ ...packet, op, payload: encodeMap(map) })));
  }
  text(text: string): void {
    this.#data(Buffer.from(text));
  }
  pull(): void {
    this.#gone(new DriverError('port-gone', 'pulled'));
  }
  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.#data = listener;
    return () => (this.#data = () => undefined);
  }
  onGone(listener: (error: Error) => void): () => void {
    this.#gone = listener;
    return () => undefined;
  }
  setBaudRate(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const request = (extra: Partial<SmpRequest> = {}): SmpRequest => ({
  op: SmpOp.read,
  group: 66,
  command: 0,
  ...extra,
});
async function failure(work: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DriverError)) throw new Error('no DriverError', { cause: error });
  return error;
}
const flipped = (bytes: Uint8Array): Uint8Array => {
  const text = Buffer.from(bytes).toString('latin1');
  const at = text.lastIndexOf('\n') - 6;
  return Buffer.from(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1), 'latin1');
};

describe('SMP client', () => {
  it('matches answers to requests that are under way together, in any order', async () => {
    const held: SmpPacket[] = [];
    const far = new FarEnd((packet) => {
      held.push(packet);
      if (held.length === 3) for (const one of held.reverse()) far.answer(one, { n: one.command });
    });
    const client = new SmpClient(far);
    const all = await Promise.all([1, 2, 3].map((command) => client.request(request({ command }))));
    expect(all).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('names group and code of a refusal, version 2 and version 1', async () => {
    const answers: SmpMap[] = [{ err: { group: 66, rc: 5 } }, { rc: 3 }];
    const far = new FarEnd((packet) => far.answer(packet, answers.shift() ?? {}));
    const client = new SmpClient(far);
    const second = await failure(client.request(request()));
    expect(second).toMatchObject({ code: 'device-error', context: { group: 66, rc: 5 } });
    expect(await failure(client.request(request()))).toMatchObject({ context: { group: 0, rc: 3 } });
  });

  it('takes rc 0 for success, as version 1 sends it', async () => {
    const far = new FarEnd((packet) => far.answer(packet, { rc: 0, n: 1 }));
    expect(await new SmpClient(far).request(request())).toEqual({ rc: 0, n: 1 });
  });

  it('rejects a damaged answer at once and asks again where it may', async () => {
    let damaged = 1;
    const far = new FarEnd((packet) => far.answer(packet, { n: 1 }, damaged-- > 0 ? flipped : undefined));
    const client = new SmpClient(far);
    expect(await client.request(request({ attempts: 2 }))).toEqual({ n: 1 });
    expect(far.requests).toHaveLength(2);
    damaged = 1;
    expect((await failure(client.request(request()))).code).toBe('bad-checksum');
  });

  it('ignores text, strangers and answers that come too late', async () => {
    const far = new FarEnd((packet) => {
      far.text('*** Booting ***\r\n');
      far.answer({ ...packet, sequence: packet.sequence ^ 1 }, { n: 'stranger' });
      far.answer({ ...packet, group: 1 }, { n: 'other group' });
      far.answer(packet, { n: 'mine' });
      far.answer(packet, { n: 'twice' });
    });
    const client = new SmpClient(far);
    expect(await client.request(request())).toEqual({ n: 'mine' });
    expect(client.discarded).toBe(17);
  });

  it('says that nothing answered, after each attempt', async () => {
    const far = new FarEnd(() => undefined);
    const error = await failure(new SmpClient(far).request(request({ timeoutMs: 5, attempts: 3 })));
    expect(error.code).toBe('no-answer');
    expect(far.requests).toHaveLength(3);
  });

  it('is cancelled by its signal, before and while it waits', async () => {
    const far = new FarEnd(() => abort.abort());
    const abort = new AbortController();
    const client = new SmpClient(far);
    expect((await failure(client.request(request({ signal: abort.signal, attempts: 3 })))).code).toBe(
      'cancelled',
    );
    expect((await failure(client.request(request({ signal: abort.signal })))).code).toBe('cancelled');
    expect(far.requests).toHaveLength(1);
  });

  it('fails with the port, then and afterwards', async () => {
    const far = new FarEnd((_, self) => self.pull());
    const client = new SmpClient(far);
    expect((await failure(client.request(request({ attempts: 3 })))).code).toBe('port-gone');
    expect((await failure(client.request(request()))).code).toBe('port-gone');
    expect(far.requests).toHaveLength(1);
  });

  it('rejects what still waits when it is closed', async () => {
    const client = new SmpClient(new FarEnd(() => undefined));
    const waiting = failure(client.request(request()));
    client.close();
    expect((await waiting).code).toBe('cancelled');
  });
});
