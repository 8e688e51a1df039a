import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { LinkSpec } from '#drivers/core/link.ts';
import type { OperationInput, OperationName, OperationOutput } from '#drivers/core/operations.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { CC } from '#drivers/protocols/tpm2/constants.ts';
import { openAuthority } from '#drivers/targets/identity-rig.test-support.ts';
import { openRelay, startSwtpm } from '#drivers/targets/tpm2/swtpm.test-support.ts';
import { openBench } from '#drivers/virtual/bench.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';

const LOCK = { disableInitialize: true, lockBoot: true };
let host: DriverHost;
beforeEach(() => {
  host = createDriverHost(() => spawnForked(fileURLToPath(import.meta.resolve('#drivers/host/main.ts'))));
});
afterEach(() => host.close());

const run = async <K extends OperationName>(
  operation: K,
  input: OperationInput<K>,
): Promise<OperationOutput<K>> => {
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  return (await host.run('A1', operation, input, options)).output;
};

/** Kills the process in the midst of an operation, once `reached`; the site is open again after it. */
async function killedIn(
  operation: Promise<unknown>,
  reached: () => Promise<boolean>,
  link: LinkSpec,
  target: string,
): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    host.onEvent(({ type }) => {
      if (type === 'host-ready') resolve();
    });
  });
  const failed = expect(operation).rejects.toMatchObject({ code: 'host-died', chip: 'unknown' });
  await expect.poll(reached, { interval: 2, timeout: 5000 }).toBe(true);
  process.kill(host.pid!, 'SIGKILL');
  await failed;
  await ready;
  await host.openSite('A1', link, target);
}

it('an ATECC608 whose lock was under way is read, and is locked', async () => {
  const bench = await openBench({ target: 'atecc608', sites: 1, speed: 'max' });
  const { link: path, control: socket } = bench.sites[0]!;
  const hands = await openBenchControl(socket);
  const link = { path, control: { kind: 'bench', socket } } as const;
  await host.openSite('A1', link, 'atecc608');
  const { chipUid } = await run('identify', { target: 'atecc608' });
  await hands.fault('drop-answer 17');
  const isLocked = async (): Promise<boolean> => (await hands.status()).dlm === 'CONFIG_LOCKED';
  await killedIn(run('move-lifecycle', { to: 'CONFIG_LOCKED' }), isLocked, link, 'atecc608');
  expect(await run('read-state', {})).toMatchObject({ chipUid, lifecycle: { dlm: 'CONFIG_LOCKED' } });
  await run('enrol', {});
  await hands.close();
  await bench.close();
}, 30_000);

it('a TPM that was being locked is read, and the lock is finished', async () => {
  const [authority, tpm] = [openAuthority(), await startSwtpm()];
  const relay = await openRelay(tpm.port);
  const link = { path: `tcp://127.0.0.1:${relay.port}`, control: { kind: 'operator' } } as const;
  await host.openSite('A1', link, 'tpm2');
  await run('enrol', {});
  const { csr } = await run('csr', { subjectSerial: '7' });
  await run('inject', { chain: authority.issue(csr), configuration: {} });
  relay.faults.push({ command: CC.nvWriteLock, what: 'drop-answer' });
  const isUnderWay = (): Promise<boolean> => Promise.resolve(relay.faults.length === 0);
  await killedIn(run('lock', LOCK), isUnderWay, link, 'tpm2');
  expect(await run('read-state', {})).toMatchObject({ enrolled: true, locked: false });
  expect(await run('lock', LOCK)).toEqual({ answered: true });
  expect(await run('read-state', {})).toMatchObject({ locked: true });
  await relay.close();
  await tpm.end();
  authority.close();
}, 30_000);
