import type { TargetView } from '#cloud/contract/views.ts';
import type { Look } from '#cloud/console/pieces/words.ts';

/** What each way of registering is called. */
export const modeWord: Record<TargetView['mode'], string> = {
  devices: 'each device over MQTT',
  'devices-by-file': 'each device by file',
  ca: 'once for the issuing CA',
};

/** What happens at the broker, before it is chosen. */
export const modeMeaning: Record<TargetView['mode'], string> = {
  devices: 'Over MQTT, by the dynamic security plugin of the broker: a client and a role for each device.',
  'devices-by-file': 'By an entry for each device in the access file of the broker: quick for very many.',
  ca: 'The broker trusts the CA and takes the name in the certificate; a revoked one is kept out by the CRL.',
};

type BrokerFile = 'crlFile' | 'pidFile' | 'aclFile' | 'caDirectory';
/** Files of the broker that each way needs; paths on the machine of this cloud. */
export const filesOf: Record<TargetView['mode'], readonly BrokerFile[]> = {
  devices: ['crlFile', 'pidFile'],
  'devices-by-file': ['aclFile', 'crlFile', 'pidFile'],
  ca: ['caDirectory', 'aclFile', 'crlFile', 'pidFile'],
};
export const fileWord: Record<BrokerFile, string> = {
  crlFile: 'CRL file (crlfile)',
  pidFile: 'Process id file (pid_file)',
  aclFile: 'Access file (acl_file)',
  caDirectory: 'Folder of CAs (capath)',
};

/** How a target is: paused by a person, unknown before the first check, or as the last check found it. */
export function targetLook({ paused, health }: TargetView): Look {
  if (paused) return { shape: 'ready', tone: 'idle', word: 'Paused' };
  if (!health) return { shape: 'dashed', tone: 'idle', word: 'Not checked yet' };
  return health.ok
    ? { shape: 'circle', tone: 'pass', word: 'Works' }
    : { shape: 'octagon', tone: 'fail', word: 'Does not work' };
}
