import { describeLooks, says, type Act } from './looks.ts';

const fingerprint = says('9b4e07d2'.repeat(8));
const record: Act = (page) => page.getByRole('tab', { name: 'Record' }).click();
const common = { state: 'kept-keys', role: 'operator' };

describeLooks('looks of jobs that keep private keys', [
  {
    ...{ ...common, name: 'kept-keys-prepare', address: '/batch/prepare/job/TH4' },
    acts: [says('This job keeps the private keys.'), fingerprint, says('This station cannot open')],
  },
  {
    ...{ ...common, name: 'kept-keys-record', address: '/units/2d41' },
    acts: [record, says('Private key kept, sealed for'), fingerprint],
  },
]);
