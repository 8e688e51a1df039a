import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openBench } from '#drivers/virtual/bench.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';

it('a Python host types what the vendor’s exercises show, and reads what they show', async () => {
  const bench = await openBench({ target: 'cordelia', sites: 1, speed: 'max' });
  // The boot pin is left high, as on the vendor's board.
  const hands = await openBenchControl(bench.sites[0]!.control);
  await hands.setMode('run');
  await hands.reset();
  const script = join(import.meta.dirname, 'cordelia_host.py');
  const { stdout } = await promisify(execFile)('python3', [script, bench.sites[0]!.port]);
  const said = JSON.parse(stdout) as Record<string, string[]>;
  await hands.close();
  await bench.close();
  expect(said).toMatchObject({
    // The module starts by itself when its part is put in.
    test: expect.arrayContaining(['OK']) as string[],
    country: ['OK'],
    network: [
      'OK',
      '+eventwlan:connect,your_ssid,0x34:0x31:0xc4:0x4a:0xeb:0x5f',
      '+eventnetapp:ipv4_acquired,192.168.178.100,192.168.178.1,192.168.178.1',
    ],
    write: ['+filewrite:45', 'OK'],
    close: ['OK'],
    read: ['+fileread:0,45,-----BEGIN CERTIFICATE-----MIIB, with a comma', 'OK'],
    missing: ['ERROR:-10341'],
    enrol: ['OK', '+eventiot:info,"ENROLMENT_COMPLETE",0'],
  });
  expect(said['reboot']!.join(' ')).toMatch(
    /^OK \+eventstartup:2610011025010,0x31000019,([0-9a-f]{2}:){5}[0-9a-f]{2},1\.0\.0$/,
  );
  expect(said['open']![0]).toMatch(/^\+fileopen:\d+,0$/);
  expect(said['unknown']![0]).toMatch(/^ERROR:/);
});
