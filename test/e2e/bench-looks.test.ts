import { describeLooks, press, says, type Act, type Look } from './looks.ts';

const look = (name: string, state: string, role: string, address: string, ...acts: Act[]): Look => ({
  ...{ name: `bench-${name}`, state, role, address, acts },
});
const read: Act = async (page) => {
  await page.getByRole('button', { name: 'Read', exact: true }).click();
  await page.getByText('256 bytes').first().waitFor();
};

const LOOKS: Look[] = [
  look('sites', 'running', 'engineer', '/bench', says('is now at')),
  look('none', 'no-sites', 'engineer', '/bench', says('No site yet')),
  look('attach', 'running', 'engineer', '/bench', press('Attach a board'), says('The label of the socket')),
  look('tested', 'running', 'engineer', '/bench', press('Test all sites'), says('sites are fine')),
  look('chips', 'running', 'engineer', '/bench/chips', says('Renesas RA6M4')),
  look('fixture', 'running', 'engineer', '/bench/fixture', says('8 of 8 places')),
  look('fixture-empty', 'no-sites', 'engineer', '/bench/fixture', says('0 of 8 places')),
  look('lab-new', 'lab-new', 'engineer', '/bench/lab/A1', says('Not read yet')),
  look('lab', 'running', 'engineer', '/bench/lab/A1', says('Key not shown'), read),
  look(
    'lab-lock',
    'running',
    'engineer',
    '/bench/lab/A1',
    press('Lock, asks once more'),
    says('there may be no way back'),
  ),
  look('prompt', 'prompt', 'operator', '/', says('2,000')),
  look('settings', 'running', 'officer', '/settings', says('Open the port')),
];

describeLooks('looks of bench, lab and handler', LOOKS);
