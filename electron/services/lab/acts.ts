import { createHash } from 'node:crypto';
import type { LabAct } from '#contract/lab.ts';
import type { OperationInput, OperationName, OperationOutput } from '#drivers/core/operations.ts';

/** An act as the drivers take it. `secrets` are wiped once it is over. */
export interface DriverAct {
  operation: LabAct['operation'];
  input: OperationInput<OperationName>;
  secrets: Uint8Array[];
  /** For the audit trail: everything but keys. */
  params: Record<string, string | number | boolean>;
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Takes the bytes out of an act. A key's text stays with the message that brought it; nothing here keeps it. */
export function driverAct(act: LabAct, target: string): DriverAct {
  const { operation } = act;
  const made = (input: object, params: DriverAct['params'] = {}, secrets: Uint8Array[] = []): DriverAct => ({
    ...{ operation, input, secrets, params },
  });
  switch (act.operation) {
    case 'identify':
      return made({ target });
    case 'read-memory':
      return made({ address: act.address, length: act.length }, { address: act.address, length: act.length });
    case 'write-memory': {
      const bytes = bytesOf(act.bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return made({ address: act.address, bytes }, { address: act.address, length: bytes.length, sha256 });
    }
    case 'protect':
      return made({ level: act.level }, { level: act.level });
    case 'move-lifecycle': {
      const key = act.key === undefined ? null : bytesOf(act.key);
      const params = { to: act.to, withKey: key !== null };
      return made(key === null ? { to: act.to } : { to: act.to, key }, params, key === null ? [] : [key]);
    }
    case 'inject-key': {
      const wrapped = bytesOf(act.wrapped);
      return made({ slot: act.slot, wrapped }, { slot: act.slot, length: wrapped.length }, [wrapped]);
    }
    case 'generate-key':
      return made({ slot: act.slot, bytes: act.bytes }, { slot: act.slot, bytes: act.bytes });
    case 'set-user-key': {
      const key = bytesOf(act.key);
      return made({ slot: act.slot, key }, { slot: act.slot, length: key.length }, [key]);
    }
    case 'burn': {
      const value = bytesOf(act.value);
      return made({ fuse: act.fuse, value }, { fuse: act.fuse, length: value.length }, [value]);
    }
    case 'lock': {
      const { disableInitialize, lockBoot } = act;
      return made({ disableInitialize, lockBoot }, { disableInitialize, lockBoot });
    }
    case 'read-state':
    case 'boot-application':
    case 'start-firmware':
    case 'initialize':
    case 'enrol':
      return made({});
  }
}

type Say<K extends LabAct['operation']> = (output: OperationOutput<K>, params: DriverAct['params']) => string;

const hex32 = (value: unknown): string => Number(value).toString(16).toUpperCase().padStart(8, '0');
const cycle = ({ dlm, protection }: { dlm: string; protection: string | null }): string =>
  protection === null ? dlm : `${dlm}, ${protection}`;

/** One line for the screen, by operation. */
const says: { [K in LabAct['operation']]: Say<K> } = {
  identify: ({ product, lifecycle }) => `${product}, ${cycle(lifecycle)}`,
  'read-state': ({ lifecycle, locked }) => `${cycle(lifecycle)}, ${locked ? 'locked' : 'not locked'}`,
  'boot-application': ({ firmware, rootOfTrust }) => `Firmware ${firmware}, ${rootOfTrust}`,
  'start-firmware': () => 'Started',
  'read-memory': ({ bytes }, { address }) => `${bytes.length} B read from ${hex32(address)}`,
  'write-memory': (_output, { address, length }) => `${length} B written at ${hex32(address)}`,
  initialize: (lifecycle) => `Initialized: ${cycle(lifecycle)}`,
  // A root of trust that tells no score says 0.
  enrol: ({ deviceId, score }) => `Enrolled as ${deviceId}${score > 0 ? `, score ${score}` : ''}`,
  protect: (lifecycle) => `Protected: ${cycle(lifecycle)}`,
  'move-lifecycle': (lifecycle) => `Now ${cycle(lifecycle)}`,
  'inject-key': ({ slot, verified }) => keyLine(slot, verified),
  'generate-key': ({ slot, verified }) => keyLine(slot, verified),
  'set-user-key': ({ slot, verified }) => keyLine(slot, verified),
  burn: ({ fuse }) => `${fuse} burned and read back`,
  lock: ({ answered }) => (answered ? 'The lock was answered' : 'The lock was sent; no answer came'),
};

const keyLine = (slot: string, verified: boolean): string =>
  `Key in ${slot}, ${verified ? 'verified by the part' : 'not verified'}`;

export function resultLine(
  operation: LabAct['operation'],
  output: unknown,
  params: DriverAct['params'],
): string {
  // The table guarantees that operation and output belong together; TypeScript cannot follow a union of keys.
  const say = says[operation] as Say<never>;
  return say(output as never, params).slice(0, 400);
}
