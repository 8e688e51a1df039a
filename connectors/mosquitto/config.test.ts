import { expect, it } from 'vitest';
import { mosquittoConfig } from './config.ts';
import { initialDynsec } from './initial-dynsec.ts';

const options = {
  port: 8883,
  certFile: '/etc/mosquitto/certs/broker.pem',
  keyFile: '/etc/mosquitto/certs/broker.key',
  caDirectory: '/etc/mosquitto/device-cas',
  crlFile: '/etc/mosquitto/revoked.pem',
  aclFile: '/etc/mosquitto/acl',
  pidFile: '/run/mosquitto/mosquitto.pid',
  dynsecFile: '/var/lib/mosquitto/dynamic-security.json',
  dynsecPlugin: '/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so',
};

it('writes the listener for devices, and one for administrators only when asked', () => {
  expect(mosquittoConfig(options)).toBe(`per_listener_settings false
allow_anonymous false
pid_file /run/mosquitto/mosquitto.pid
plugin /usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so
plugin_opt_config_file /var/lib/mosquitto/dynamic-security.json
acl_file /etc/mosquitto/acl
listener 8883
certfile /etc/mosquitto/certs/broker.pem
keyfile /etc/mosquitto/certs/broker.key
tls_version tlsv1.2
capath /etc/mosquitto/device-cas
crlfile /etc/mosquitto/revoked.pem
require_certificate true
use_identity_as_username true
`);
  expect(mosquittoConfig({ ...options, passwordPort: 8884, bindAddress: '10.0.0.2' })).toMatch(
    /listener 8884 10\.0\.0\.2\ncertfile .+\nkeyfile .+\ntls_version tlsv1\.2\n$/,
  );
});

it('refuses a path that would be a setting of its own', () => {
  expect(() => mosquittoConfig({ ...options, aclFile: '/x\nallow_anonymous true' })).toThrow(/acl_file/);
});

it('an administrator that a device could be is refused, and a password is not kept in clear', async () => {
  await expect(initialDynsec({ username: 'admin', password: 'x' })).rejects.toThrow(/slash/);
  expect(await initialDynsec({ username: 'rootline/admin', password: 'plain-words' })).not.toContain(
    'plain-words',
  );
});
