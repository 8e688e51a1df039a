import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '#drivers/core/errors.ts';
import { openAuthority, type TestAuthority } from '#drivers/targets/identity-rig.test-support.ts';
import { PartInMemory, WireInMemory } from '#drivers/virtual/agent/part-in-memory.ts';
import type { AgentRoot } from '#drivers/virtual/agent/root-mark.ts';
import { deviceIdOf } from '../device-id.ts';
import { challengeMessage } from '../proof.ts';
import { findRootOfTrust } from '../registry.ts';
import type { RootOfTrustSession } from '../root-of-trust.ts';
import { holdsKeyOf } from './recorded-wire.test-support.ts';
import type { AgentSession } from './session.ts';

const context = (signal = new AbortController().signal) => ({ signal, progress: () => undefined });

/** A part whose firmware is built for that root of trust, its wire, and the session that the registry makes for it. */
function open(root: AgentRoot) {
  const part = new PartInMemory(randomBytes(16), root);
  const wire = new WireInMemory(part);
  const session = findRootOfTrust(root)?.create(wire);
  if (session === undefined) throw new Error(`no root of trust ${root}`);
  return { part, wire, session: session as RootOfTrustSession & AgentSession };
}

async function failure(work: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DriverError)) throw new Error('no DriverError', { cause: error });
  return error;
}

let authority: TestAuthority;
beforeAll(() => {
  authority = openAuthority();
});
afterAll(() => authority.close());

describe.each(['qdid', 'esecure', 'software'] as const)('%s behind the enrolment agent', (root) => {
  let test: ReturnType<typeof open>;
  beforeEach(() => {
    test = open(root);
  });
  afterEach(() => test.session.close());

  it('enrols, requests, is given certificate and secret, proves, is locked, and says so after power-up', async () => {
    const { part, wire, session } = test;
    const before = (await session.info(context())).output;
    expect(before).toMatchObject({ rootOfTrust: root, enrolled: false, locked: false, deviceId: null });
    const { deviceId, score } = (await session.enrol(context())).output;
    expect(score > 0).toBe(root === 'qdid');
    wire.powerUp();
    expect((await session.info(context())).output).toMatchObject({ enrolled: true, deviceId });

    const { csr } = (await session.csr({ subjectSerial: 'RL-1' }, context())).output;
    expect(authority.inspect(csr)).toContain(deviceId);
    const chain = authority.issue(csr);
    await session.inject({ chain, configuration: { region: 'eu' } }, context());
    await session.injectSecret('wifi', randomBytes(24), context());

    const challenge = Uint8Array.from(randomBytes(32));
    const proof = (await session.prove({ challenge }, context())).output;
    expect(deviceIdOf(proof.publicKey)).toBe(deviceId);
    expect(proof.chain).toEqual(chain);
    expect(authority.holds(proof.publicKey, challengeMessage(challenge), proof.signature)).toBe(true);

    expect((await session.lock(context())).output.answered).toBe(true);
    wire.powerUp();
    expect((await session.readState(context())).output).toMatchObject({
      ...{ chipUid: Buffer.from(part.uid).toString('hex'), via: 'agent', enrolled: true, deviceId },
      agentLocked: true,
    });
    const refused = await failure(session.inject({ chain, configuration: {} }, context()));
    expect(refused).toMatchObject({ code: 'locked', chip: 'locked' });
    await session.prove({ challenge }, context());
  });

  it('refuses a certificate for another key, and a second enrolment', async () => {
    const { session } = test;
    const { deviceId } = (await session.enrol(context())).output;
    const other = open('qdid');
    await other.session.enrol(context());
    const { csr } = (await other.session.csr({ subjectSerial: 'X' }, context())).output;
    other.session.close();
    const chain = authority.issue(csr);
    const mismatch = await failure(session.inject({ chain, configuration: {} }, context()));
    expect(mismatch).toMatchObject({ code: 'verify-mismatch', context: { rc: 11 } });
    expect((await failure(session.enrol(context()))).code).toBe('enrol-refused');
    expect((await session.readState(context())).output.deviceId).toBe(deviceId);
  });

  it('gives nothing and takes nothing while it is not enrolled; a locked blank part enrols no more', async () => {
    const { session } = test;
    expect(await failure(session.csr({ subjectSerial: 'X' }, context()))).toMatchObject({
      ...{ code: 'wrong-state', context: { rc: 3 } },
    });
    expect((await failure(session.injectSecret('x', randomBytes(8), context()))).context['rc']).toBe(3);
    await session.lock(context());
    expect(await failure(session.enrol(context()))).toMatchObject({ code: 'locked', chip: 'locked' });
    expect((await session.readState(context())).output).toMatchObject({ enrolled: false, agentLocked: true });
  });

  it('a cable pulled during enrolment leaves the outcome unknown; the part says later what it is', async () => {
    const { wire, session } = test;
    let answers = 0;
    wire.tamper = (bytes) => {
      // The last answer of an enrolment: for a software key info and session come before, for slots three.
      const last = { qdid: 1, esecure: 4, software: 3 }[root];
      if ((answers += 1) < last) return bytes;
      wire.pull(new DriverError('port-gone', 'pulled'));
      return new Uint8Array();
    };
    expect(await failure(session.enrol(context()))).toMatchObject({
      ...{ code: 'outcome-unknown', chip: 'unknown', context: { lost: 'port-gone' } },
    });
    session.close();
    wire.tamper = (bytes) => bytes;
    wire.powerUp();
    const again = findRootOfTrust(root)!.create(wire);
    expect((await again.readState(context())).output).toMatchObject({ enrolled: true });
    again.close();
  });

  it('cancelled before it enrols: nothing is sent', async () => {
    const { wire, session } = test;
    expect((await failure(session.enrol(context(AbortSignal.abort())))).code).toBe('cancelled');
    expect(wire.sent).toBe(0);
  });

  it('keeps no private key in its data flash that anybody could use', async () => {
    const { part, session } = test;
    await session.enrol(context());
    const { publicKey } = await provenKey(session);
    expect(holdsKeyOf(part.data.subarray(0, 1024), publicKey)).toBe(false);
  });
});

async function provenKey(session: AgentSession) {
  const { csr } = (await session.csr({ subjectSerial: 'X' }, context())).output;
  await session.inject({ chain: authority.issue(csr), configuration: {} }, context());
  return (await session.prove({ challenge: Uint8Array.from(randomBytes(32)) }, context())).output;
}
