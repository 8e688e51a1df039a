import { step, type DemoJob, type RecipeFile2 } from './job.ts';

const zone = (id: string, title: string, to: string): RecipeFile2['phases'][number] =>
  step(id, title, 'move-lifecycle', 30, { params: { to }, irreversible: true });

/** A battery pack that proves whose it is: its chip makes a key between two locks, gets a certificate and is closed. */
export function atecc608Job(): DemoJob {
  return {
    files: {},
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'XB6', name: 'Battery pack', revision: 1, target: 'atecc608', rootOfTrust: 'atecc608' },
      allowance: 500,
      artefacts: {},
      certificate: { organization: 'Demo Devices', commonNamePrefix: 'XB6' },
      phases: [
        step('identify', 'Identify', 'identify', 30),
        zone('rules', 'Lock rules of the slots', 'CONFIG_LOCKED'),
        step('enrol', 'Make key', 'enrol', 30),
        zone('data', 'Lock data zone', 'DATA_LOCKED'),
        step('csr', 'Certificate request', 'csr', 30),
        step('issue', 'Issue IDevID', 'issue', 30),
        step('inject', 'Inject certificate', 'inject', 30, { params: { product: 'XB6', cells: '4' } }),
        step('prove', 'Prove identity', 'prove', 30),
        step('lock', 'Lock slots', 'lock', 30, {
          params: { disableInitialize: true, lockBoot: true },
          irreversible: true,
        }),
        step('read-back', 'Read back', 'read-state', 30),
      ],
    },
  };
}
