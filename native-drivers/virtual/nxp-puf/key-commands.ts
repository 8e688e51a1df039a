import { receive } from './data-phase.ts';
import { KEY_STORE_BYTES } from './key-store.ts';
import { PACKET_BYTES, type NxpSession } from './session.ts';

const FAIL = 1;
const INVALID_ARGUMENT = 4;
const SEALED = 137;
const KEY_RESPONSE = 0xb5;
const MAX_KEY = 512;
/** No document that was read says how long the PUF takes. */
const PUF_NS = 5e6;

type Work = (rom: NxpSession, parameters: readonly number[], storeNs: number) => Promise<void>;

async function enroll(rom: NxpSession): Promise<void> {
  if (rom.part.enrolBlocked) {
    await rom.generic(FAIL);
    return;
  }
  await rom.busy(PUF_NS);
  rom.part.keys.enroll();
  await rom.generic(0);
}

async function setUserKey(rom: NxpSession, [, type = 0, length = 0]: readonly number[]): Promise<void> {
  const refused = length > 0 && length <= MAX_KEY ? 0 : INVALID_ARGUMENT;
  if (!(await rom.generic(refused)) || refused !== 0) return;
  await receive(rom, length, length, async (key) => {
    await rom.busy(PUF_NS);
    return rom.part.keys.set(type, key, false) ? 0 : FAIL;
  });
}

async function setIntrinsicKey(rom: NxpSession, [, type = 0, bytes = 0]: readonly number[]): Promise<void> {
  await rom.busy(PUF_NS);
  await rom.generic(rom.part.keys.makeKey(type, bytes) ? 0 : FAIL);
}

async function writeNonVolatile(rom: NxpSession, _: readonly number[], storeNs: number): Promise<void> {
  if (rom.part.sealed) {
    await rom.generic(SEALED);
    return;
  }
  await rom.busy(storeNs);
  rom.part.memory.replaceKeyStore(rom.part.keys.ram);
  if (rom.host.faults.take('store-silent') === null) await rom.generic(0);
}

async function readNonVolatile(rom: NxpSession): Promise<void> {
  rom.part.keys.ram = rom.part.memory.keyStore();
  await rom.generic(0);
}

async function writeKeyStore(rom: NxpSession, [, , length = 0]: readonly number[]): Promise<void> {
  const refused = length === KEY_STORE_BYTES ? 0 : INVALID_ARGUMENT;
  if (!(await rom.generic(refused)) || refused !== 0) return;
  await receive(rom, length, length, (bytes) => {
    rom.part.keys.ram = Uint8Array.from(bytes);
    return Promise.resolve(0);
  });
}

async function readKeyStore(rom: NxpSession): Promise<void> {
  const bytes = rom.part.keys.ram;
  if (!(await rom.respond(KEY_RESPONSE, 0, bytes.length))) return;
  for (let at = 0; at < bytes.length; at += PACKET_BYTES)
    if (!(await rom.sayData(bytes.subarray(at, at + PACKET_BYTES)))) return;
  await rom.generic(0);
}

/** SPSDK commands.py, KeyProvOperation, in its order. */
const operations: readonly Work[] = [
  enroll,
  setUserKey,
  setIntrinsicKey,
  writeNonVolatile,
  readNonVolatile,
  writeKeyStore,
  readKeyStore,
];

export async function provision(
  rom: NxpSession,
  parameters: readonly number[],
  storeNs: number,
): Promise<void> {
  const work = operations[parameters[0] ?? -1];
  if (work === undefined) await rom.generic(INVALID_ARGUMENT);
  else await work(rom, parameters, storeNs);
}
