import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import { createQdidSession, type QdidSession } from '#drivers/roots-of-trust/qdid/session.ts';
import { PartInMemory, WireInMemory } from './part-in-memory.ts';

const context = (signal = new AbortController().signal) => ({ signal, progress: () => undefined });
let part: PartInMemory;
let wire: WireInMemory;
let session: QdidSession;
beforeEach(() => {
  part = new PartInMemory();
  wire = new WireInMemory(part);
  session = createQdidSession(wire);
});
afterEach(() => session.close());

async function failure(work: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DriverError)) throw new Error('no DriverError', { cause: error });
  return error;
}
const measured = (list: readonly { name: string; value: number }[], name: string) =>
  list.find((one) => one.name === name)?.value;

describe('faults of a part with an enrolment agent', () => {
  it('agent:high-noise: scores low, exceeds 12 % bit errors and loses reads', async () => {
    part.faultName = 'agent:high-noise';
    const { output } = await session.enrol(context());
    expect(output.score).toBeLessThan(20);
    const { output: reads, measurements } = await session.reconstruct({ reads: 10 }, context());
    expect(measured(measurements, 'bit-error-mean')).toBeGreaterThan(12);
    expect(reads.deviceIds.filter((id) => id === output.deviceId).length).toBeLessThan(10);
    expect(measured(measurements, 'helper-data-intact')).toBe(1);
  });

  it('agent:helper-corrupt: no read leads to an id and the helper data is not intact', async () => {
    await session.enrol(context());
    part.faultName = 'agent:helper-corrupt';
    const { output, measurements } = await session.reconstruct({ reads: 3 }, context());
    expect(output.deviceIds).toEqual(['', '', '']);
    expect(measured(measurements, 'helper-data-intact')).toBe(0);
    wire.powerUp();
    expect((await session.readState(context())).output).toMatchObject({ enrolled: true, deviceId: null });
    expect((await failure(session.csr({ subjectSerial: 'X' }, context()))).context['rc']).toBe(8);
  });

  it('agent:wrong-signature: the proof is refused', async () => {
    await session.enrol(context());
    part.faultName = 'agent:wrong-signature';
    const error = await failure(session.prove({ challenge: randomBytes(32) }, context()));
    expect(error).toMatchObject({ code: 'verify-mismatch', chip: 'not-locked' });
  });

  it('agent:clone: two chips present one device id, and keep it', async () => {
    part.faultName = `agent:clone:${'ab'.repeat(32)}`;
    wire.powerUp();
    const one = await session.enrol(context());
    const other = new PartInMemory();
    other.faultName = part.faultName;
    const otherWire = new WireInMemory(other);
    const otherSession = createQdidSession(otherWire);
    const two = await otherSession.enrol(context());
    expect(two.output.deviceId).toBe(one.output.deviceId);
    otherWire.powerUp();
    const read = await otherSession.readState(context());
    expect(read.output.deviceId).toBe(one.output.deviceId);
    expect(read.output.chipUid).not.toBe(Buffer.from(part.uid).toString('hex'));
    otherSession.close();
  });

  it('agent:lock-unanswered: the lock is read back, and says that no answer came', async () => {
    part.faultName = 'agent:lock-unanswered';
    expect((await session.lock(context())).output).toEqual({ answered: false });
    part.faultName = null;
    expect((await session.readState(context())).output.agentLocked).toBe(true);
  });

  it('silence after the lock command: the outcome is unknown, not failed', async () => {
    const abort = new AbortController();
    part.faultName = 'agent:silent';
    const waiting = failure(session.lock(context(abort.signal)));
    abort.abort();
    expect(await waiting).toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
  });

  it('cable pulled during enrolment: the outcome is unknown', async () => {
    wire.tamper = () => {
      wire.pull(new DriverError('port-gone', 'pulled'));
      return new Uint8Array();
    };
    expect(await failure(session.enrol(context()))).toMatchObject({
      code: 'outcome-unknown',
      context: { lost: 'port-gone' },
    });
  });

  it('cancelled before the lock command: nothing is sent', async () => {
    const sent = wire.sent;
    expect((await failure(session.lock(context(AbortSignal.abort())))).code).toBe('cancelled');
    expect(wire.sent).toBe(sent);
  });

  it('answer damaged once while the chain is read: asked again', async () => {
    await session.enrol(context());
    let damaged = false;
    wire.tamper = (bytes) => {
      if (damaged || bytes.length < 300) return bytes;
      damaged = true;
      return bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte));
    };
    const { csr } = (await session.csr({ subjectSerial: 'X' }, context())).output;
    expect(damaged).toBe(true);
    expect(csr[0]).toBe(0x30);
  });

  it('power cut while helper data is written: the part is not enrolled and can be', async () => {
    const write = part.writeData.bind(part);
    let left = 5;
    part.writeData = (address, bytes) => {
      if (left-- <= 0) throw new Error('power cut');
      write(address, bytes);
    };
    const error = await failure(session.enrol(context()));
    expect(error).toMatchObject({ code: 'device-error', context: { rc: EnrolmentError.flash } });
    part.writeData = write;
    wire.powerUp();
    expect((await session.readState(context())).output.enrolled).toBe(false);
    expect((await session.enrol(context())).output.deviceId).toHaveLength(64);
  });
});
