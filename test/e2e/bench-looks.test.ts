import { describeLooks, press, says, type Act, type Look } from './looks.ts';

const look = (name: string, state: string, role: string, address: string, ...acts: Act[]): Look => ({
  ...{ name: `bench-${name}`, state, role, address, acts },
});
const tab =
  (name: string): Act =>
  (page) =>
    page.getByRole('tab', { name }).click();
const frame: Act = async (page) => {
  await page.getByRole('option').nth(2).click();
  await page.getByRole('region', { name: 'Bytes of the frame' }).waitFor();
};
const read: Act = async (page) => {
  await page.getByRole('tab', { name: 'Memory' }).click();
  await page.getByRole('button', { name: 'Read', exact: true }).click();
  await page.getByText('256 bytes').first().waitFor();
};

const choose =
  (name: RegExp): Act =>
  (page) =>
    page.getByRole('radio', { name }).check();
const typed = choose(/^An address, typed/);
const toChip: Act[] = [
  press('Attach to C1'),
  choose(/^FTDI · A50285BJ/),
  press('Next'),
  says('that this port cannot reach'),
];
const toWiring: Act = async (page) => {
  await choose(/^Espressif ESP32-C3/)(page);
  await press('Next')(page);
};
const relay = choose(/^A relay board/);
const hand: Act = async (page) => {
  await choose(/^By hand/)(page);
  await press('Attach and test')(page);
};

const typeLabel: Act = async (page) => {
  await page.locator('[data-place="2 2"]').focus();
  await page.keyboard.type('d12', { delay: 60 });
  await page.locator('[data-site="A1"]').waitFor();
};

const LOOKS: Look[] = [
  look('sites', 'running', 'engineer', '/bench', says('The cable was at')),
  look('none', 'no-sites', 'engineer', '/bench', says('No site yet')),
  look('attach', 'running', 'engineer', '/bench', press('Attach a board'), says('The label on the socket')),
  look('attach-port', 'running', 'engineer', '/bench', press('Attach to C1'), says('A50285BJ')),
  look('attach-typed', 'running', 'engineer', '/bench', press('Attach to C1'), typed),
  look('attach-chip', 'running', 'engineer', '/bench', ...toChip),
  look(
    'attach-wiring',
    'running',
    'engineer',
    '/bench',
    ...toChip,
    toWiring,
    relay,
    says('Port of the board'),
  ),
  look('attach-tested', 'running', 'engineer', '/bench', ...toChip, toWiring, hand, says('Site C1: ready')),
  look('tested', 'running', 'engineer', '/bench', press('Test all sites'), says('sites are fine')),
  look('ports', 'running', 'engineer', '/bench/ports', says('hub at 1-2')),
  look('ports-none', 'no-sites', 'engineer', '/bench/ports', says('No port on this machine')),
  look('chips', 'running', 'engineer', '/bench/chips', says('Renesas RA6M4')),
  look('fixture', 'running', 'engineer', '/bench/fixture', says('9 of 12 places')),
  look('fixture-typed', 'running', 'engineer', '/bench/fixture', typeLabel),
  look('fixture-empty', 'no-sites', 'engineer', '/bench/fixture', says('0 of 8 places')),
  look('lab-new', 'lab-new', 'engineer', '/bench/lab/A1', says('Not read yet')),
  look('lab', 'running', 'engineer', '/bench/lab/A1', says('Key not shown')),
  look('lab-memory', 'running', 'engineer', '/bench/lab/A1', read, frame),
  look('lab-keys', 'running', 'engineer', '/bench/lab/A1', tab('Keys')),
  look('lab-life', 'running', 'engineer', '/bench/lab/A1', tab('Life cycle')),
  look(
    'lab-leave',
    'running',
    'engineer',
    '/bench/lab/A1',
    says('Key not shown'),
    press('Back to the bench'),
  ),
  look(
    'lab-lock',
    'running',
    'engineer',
    '/bench/lab/A1',
    tab('Life cycle'),
    press('Lock, asks once more'),
    says('there may be no way back'),
  ),
  look('prompt', 'prompt', 'operator', '/batch/7f6d1c1e-7a39-4d3e-9d0a-3b1f0e5a9c11', says('Set the jumper')),
  look(
    'moved',
    'moved',
    'engineer',
    '/batch/7f6d1c1e-7a39-4d3e-9d0a-3b1f0e5a9c11/site/B4',
    says('To the bench'),
  ),
  look('home-no-site', 'idle', 'operator', '/', says('No site of this bench')),
  look('prepare-no-site', 'prepare', 'operator', '/batch/prepare', says('No site of this bench')),
  look('prompt-home', 'prompt', 'operator', '/', says('2,000')),
  look('settings', 'running', 'officer', '/settings', says('Open the port')),
];

describeLooks('looks of bench, lab and handler', LOOKS);
