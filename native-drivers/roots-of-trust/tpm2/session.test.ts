import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Transport } from '#drivers/core/link.ts';
import { openAuthority, type TestAuthority } from '#drivers/targets/identity-rig.test-support.ts';
import { startSwtpm, type Swtpm } from '#drivers/targets/tpm2/swtpm.test-support.ts';
import { openTcp } from '#drivers/transports/tcp.ts';
import { findRootOfTrust } from '../registry.ts';
import { createTpmSession, type TpmSession } from './session.ts';

let tpm: Swtpm;
let line: Transport;
let authority: TestAuthority;
let session: TpmSession;
const context = { signal: new AbortController().signal, progress: () => undefined };
beforeAll(async () => {
  authority = openAuthority();
  tpm = await startSwtpm();
  line = await openTcp(`tcp://127.0.0.1:${tpm.port}`, 9600);
  session = createTpmSession(line);
});
afterAll(async () => {
  session.close();
  await line.close();
  await tpm.end();
  authority.close();
});

it('is in the registry, and does what every root of trust does', async () => {
  expect(findRootOfTrust('tpm2')?.keys).toEqual({
    makesOwnKeys: true,
    takesInjectedKeys: true,
    wrapsKeys: false,
    attests: true,
  });
  const { output: before } = await session.info(context);
  expect(before).toMatchObject({ rootOfTrust: 'tpm2', enrolled: false, locked: false, deviceId: null });
  const { deviceId } = (await session.enrol(context)).output;
  const { csr } = (await session.csr({ subjectSerial: '7' }, context)).output;
  const chain = authority.issue(csr);
  await session.inject({ chain: [chain[1]!], configuration: {} }, context);
  const input = { challenge: Uint8Array.from(randomBytes(32)) };
  await expect(session.prove(input, context)).rejects.toMatchObject({ code: 'verify-mismatch' });
  await session.inject({ chain, configuration: {} }, context);
  await session.prove(input, context);
  await session.seal(Uint8Array.from(randomBytes(16)), context);
  await session.lock(context);
  const { output } = await session.info(context);
  expect(output).toMatchObject({ chipUid: before.chipUid, enrolled: true, locked: true, deviceId });
  await expect(session.reconstruct({ reads: 1 }, context)).rejects.toMatchObject({ code: 'unsupported' });
});
