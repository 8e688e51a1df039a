import { describeLooks, press, says, type Act, type Look } from './looks.ts';

const fill: Act = async (page) => {
  await page.getByLabel('Address of the cloud').fill('cloud.plant:7443');
  await page.getByLabel('One-time code').fill('abcd efgh ijkl mno2');
};
const look = (name: string, state: string, role: string, address: string, ...acts: Act[]): Look => ({
  ...{ name: `sync-${name}`, state: `sync-${state}`, role, address, acts },
});

const LOOKS: Look[] = [
  look('none', 'none', 'engineer', '/sync', says('belongs to no cloud yet')),
  look('none-operator', 'none', 'operator', '/sync', says('joins this station')),
  look('connecting', 'connecting', 'engineer', '/sync', says('Connecting')),
  look('online', 'online', 'operator', '/sync', says('Everything made here is in the cloud')),
  look('draining', 'draining', 'engineer', '/sync', says('412 records/s')),
  look('offline', 'offline', 'engineer', '/sync', says('Next try')),
  look('paused', 'paused', 'engineer', '/sync', says('Nothing goes up')),
  look('stopped-restored', 'stopped', 'officer', '/sync', says('Decide once')),
  look('stopped-decide', 'stopped', 'officer', '/sync', press('Decide'), says('Go on with this station?')),
  look('stopped-blocked', 'blocked', 'engineer', '/sync', says('has blocked this station')),
  look('courier-state', 'courier', 'engineer', '/sync', says('travels on a stick')),
  look('settings', 'offline', 'engineer', '/sync', press('Settings'), says('Settings of the line')),
  look('join-ask', 'none', 'engineer', '/sync/join', says('Invite a station')),
  look('join-file', 'none', 'engineer', '/sync/join/file', press('Without a line'), says('No stick')),
  look('join-compare', 'none', 'engineer', '/sync/join', fill, press('Next'), says('show the same')),
  look('join-different', 'none', 'engineer', '/sync/join', fill, press('Next'), press('It is different')),
  look(
    'join-done',
    'none',
    'engineer',
    '/sync/join',
    fill,
    press('Next'),
    press('It is the same'),
    says('Joined'),
  ),
  look('courier', 'courier', 'operator', '/sync/courier', says('From the cloud 7')),
  look('courier-no-cloud', 'none', 'operator', '/sync/courier', says('Join one first')),
  look('courier-show', 'courier', 'operator', '/sync/courier/show', says('Code 1 of 3')),
  look('courier-scan', 'courier', 'operator', '/sync/courier/scan', says('none scanned yet')),
  look('targets', 'online', 'engineer', '/sync/targets', says('Plant broker')),
  look('targets-none', 'none', 'engineer', '/sync/targets', says('No target')),
  look(
    'targets-add',
    'none',
    'engineer',
    '/sync/targets',
    press('Add a broker'),
    says('Add a Mosquitto broker'),
  ),
  look(
    'dead-letters',
    'online',
    'engineer',
    '/sync/targets/0b8f2a52-9c44-4c0e-8f0b-5a1f6f0d7a10',
    says('of that name'),
  ),
];

describeLooks('looks of line, courier and targets', LOOKS);
