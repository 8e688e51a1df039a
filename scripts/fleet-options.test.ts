import { describe, expect, it } from 'vitest';
import { checkOpenFiles, openFilesLimit } from './fleet-limits.ts';
import { parseFleet, UsageError } from './fleet-options.ts';

const needed = ['--broker', 'mqtts://broker', '--ca', 'root.pem'];

describe('the command line of the fleet', () => {
  it('has a default for all but the broker and its root', () => {
    expect(parseFleet(needed)).toMatchObject({
      devices: 100,
      broker: 'mqtts://broker',
      ca: 'root.pem',
      dataDir: 'rootline-fleet',
      rate: null,
      holdSeconds: null,
      topic: 'devices/{cn}/hello',
      issuer: undefined,
      json: false,
    });
    expect(parseFleet(['--help'])).toBeNull();
  });

  it('takes everything', () => {
    const given = [
      '--devices',
      '5000',
      '--rate',
      '12.5',
      '--hold',
      '0',
      '--at-once',
      '8',
      '--workers',
      '3',
      '--json',
    ];
    const issuer = ['--issuer-cert', 'a.pem', '--issuer-key', 'a.key', '--server-name', 'broker.test'];
    expect(parseFleet([...needed, ...given, ...issuer])).toMatchObject({
      devices: 5000,
      rate: 12.5,
      holdSeconds: 0,
      atOnce: 8,
      workers: 3,
      json: true,
      serverName: 'broker.test',
      issuer: { certificate: 'a.pem', key: 'a.key' },
    });
  });

  it.each([
    [[]],
    [['--broker', 'mqtts://broker']],
    [[...needed, '--devices', '0']],
    [[...needed, '--devices', '1.5']],
    [[...needed, '--devices', '']],
    [[...needed, '--rate', 'fast']],
    [[...needed, '--topic', 'devices/#']],
    [[...needed, '--issuer-cert', 'a.pem']],
    [[...needed, '--unknown']],
    [[...needed, 'more']],
  ])('refuses %j', (args) => {
    expect(() => parseFleet(args)).toThrow(UsageError);
  });
});

describe('the limit of open files', () => {
  it('is checked before anything starts', () => {
    expect(() => checkOpenFiles(5000, 1024)).toThrow(expect.objectContaining({ code: 'files' }));
    expect(() => checkOpenFiles(5000, 1024)).toThrow(
      /may open 1024 files; 5000 devices need 5100.*ulimit -n 5100/,
    );
    expect(() => checkOpenFiles(900, 1024)).not.toThrow();
    expect(() => checkOpenFiles(5000, null)).not.toThrow();
  });

  it.runIf(process.platform === 'linux')('is read from the system', () => {
    expect(openFilesLimit() ?? Infinity).toBeGreaterThan(100);
  });
});
