import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TlsClient } from './client.ts';
import { rfc8448, rfc8448Offer, serverHelloRecord } from './rfc8448.test-support.ts';
import type { TlsError } from './tls-error.ts';

/** Everything that a client under the trace of RFC 8448 gave out. */
interface Story {
  sent: string;
  received: string;
  marks: string[];
  error: TlsError | null;
}

/** The path of the trace's certificate is not checked (it has 1024 bits); its signature over the handshake is. */
const authenticate = (chain: readonly Uint8Array[]) => new X509Certificate(chain[0]!);

/** Replays chunks into a client; the pause lets its Finished out, as the network would. */
async function replay(
  chunks: readonly Uint8Array[],
  afterwards?: (client: TlsClient) => void,
): Promise<Story> {
  const story: Story = { sent: '', received: '', marks: [], error: null };
  const client = new TlsClient(
    { offer: rfc8448Offer(), authenticate, identity: null },
    {
      send: (bytes) => (story.sent += Buffer.from(bytes).toString('hex')),
      data: (bytes) => (story.received += Buffer.from(bytes).toString('hex')),
      secure: () => void story.marks.push('secure'),
      ended: () => void story.marks.push('ended'),
      failed: (error) => (story.error = error),
    },
  );
  client.start();
  story.sent = '';
  for (const chunk of chunks) {
    client.receive(chunk);
    await Promise.resolve();
  }
  afterwards?.(client);
  return story;
}

const { serverFlight, ticket, serverData, serverClose, clientFinished, clientData, clientClose, data } =
  rfc8448;
const whole = Buffer.concat([serverHelloRecord, serverFlight, ticket, serverData, serverClose]);

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...[...at].sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('the handshake of RFC 8448, section 3, replayed', () => {
  it('sends every record of the client to the byte and reads every record of the server', async () => {
    const story = await replay([serverHelloRecord, serverFlight, ticket, serverData]);
    expect(story).toEqual({
      sent: clientFinished.toString('hex'),
      received: data.toString('hex'),
      marks: ['secure'],
      error: null,
    });
    const ended = await replay([serverHelloRecord, serverFlight, ticket, serverData], (client) => {
      client.write(data);
      client.receive(serverClose);
      client.close();
    });
    expect(ended.sent).toBe(Buffer.concat([clientFinished, clientData, clientClose]).toString('hex'));
    expect(ended.marks).toEqual(['secure', 'ended']);
  });

  it('takes the bytes in any pieces with the same result', async () => {
    const expected = await replay([whole]);
    expect(expected).toMatchObject({ received: data.toString('hex'), error: null });
    const places = fc.array(fc.nat(whole.length), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(places, async (at) => {
        const story = await replay(cut(whole, at));
        expect({ ...story, marks: [...story.marks].sort() }).toEqual({
          ...expected,
          marks: [...expected.marks].sort(),
        });
      }),
    );
    expect(await replay(cut(whole, [...whole.keys()]))).toMatchObject({
      received: expected.received,
      error: null,
    });
  });

  it('ends a flipped bit in a named error, or does not care for it at all', async () => {
    const flips = fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7) });
    const expected = await replay([whole]);
    await fc.assert(
      fc.asyncProperty(flips, async ({ at, bit }) => {
        const bytes = Buffer.from(whole);
        bytes[at] = bytes[at]! ^ (1 << bit);
        const story = await replay([bytes], (client) => client.endOfInput());
        // `legacy_record_version` of a record in clear is ignored (RFC 8446, 5.1).
        if (at === 1 || at === 2) expect(story.received).toBe(expected.received);
        else expect(story.error).toMatchObject({ name: 'TlsError', code: expect.any(String) as string });
        expect(data.toString('hex').startsWith(story.received)).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  it('tells a cut line from a closed one, wherever it is cut', async () => {
    for (let end = 0; end < whole.length; end += 1) {
      const { error } = await replay([whole.subarray(0, end)], (client) => client.endOfInput());
      expect(error?.code).toBe('truncated');
    }
    const { error } = await replay([whole], (client) => client.endOfInput());
    expect(error).toBeNull();
  });

  it('refuses a server that does not ask for an identity which was brought', () => {
    const errors: TlsError[] = [];
    const client = new TlsClient(
      {
        offer: rfc8448Offer(),
        authenticate,
        identity: { chain: [], sign: () => Promise.reject(new Error('never asked')) },
      },
      {
        send: () => undefined,
        data: () => undefined,
        secure: () => undefined,
        ended: () => undefined,
        failed: (error) => void errors.push(error),
      },
    );
    client.start();
    client.receive(whole);
    expect(errors.map(({ code, alert }) => [code, alert])).toEqual([
      ['no-client-authentication', 'handshake_failure'],
    ]);
  });
});
