import { generateKeyPairSync, sign } from 'node:crypto';
import { CORDELIA_FILES } from '#drivers/targets/cordelia/driver.ts';
import { createRoot } from '#services/pki/ca.ts';
import { artefact, load, step, type DemoJob } from './job.ts';

/** Where the module's files lie, by their names. */
const address = (name: string): string => {
  const file = CORDELIA_FILES.find((one) => one.name === name);
  if (file === undefined) throw new RangeError(`the module has no file ${name}`);
  return `0x${file.address.toString(16)}`;
};

/** A room sensor with a radio module that enrols by itself: it is told whom to trust, joins a network, and enrols once. */
export async function cordeliaJob(): Promise<DemoJob> {
  const files = {
    'rootca.pem': await rootOf('Demo Broker Root CA'),
    'quarklink.crt': await rootOf('Demo Enrolment Root CA'),
  };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'WR9', name: 'Room sensor', revision: 1, target: 'cordelia', rootOfTrust: 'cordelia' },
      allowance: 500,
      artefacts: {
        broker: artefact(files, 'rootca.pem', { kind: 'image', address: address('rootca.pem') }),
        enrolment: artefact(files, 'quarklink.crt', { kind: 'image', address: address('quarklink.crt') }),
      },
      phases: [
        step('identify', 'Identify', 'identify', 60),
        ...load(['broker', 'enrolment']),
        // Open, so that nothing secret is in a job; the module checks its cloud by the file of above.
        step('network', 'Join network', 'join-network', 60, { params: { network: 'enrolment' } }),
        // Nothing undoes it, and a module has room for a few only: it counts when it begins, and is never sent twice.
        step('enrol', 'Enrol at its cloud', 'enrol', 120, { irreversible: true }),
        step('read-back', 'Read back', 'read-state', 60),
      ],
    },
  };
}

/** The certificate of a root whose key is forgotten at once. */
async function rootOf(name: string): Promise<Buffer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = {
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    sign: (data: Uint8Array) => Promise.resolve(sign('sha256', data, privateKey)),
  };
  const names = { organization: 'Demo Devices', root: name, issuing: '', station: '' };
  const lines = (await createRoot(signer, names)).toString('base64').match(/.{1,64}/g) ?? [];
  return Buffer.from(['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'));
}
