/** What the generated part of `mosquitto.conf` says; paths are as the broker sees them. */
export interface MosquittoConfigOptions {
  port: number;
  bindAddress?: string;
  /** Certificate and key of the broker itself, PEM. */
  certFile: string;
  keyFile: string;
  /** CAs known from the start, PEM: the administrators' at least. */
  caFile?: string;
  /** CAs that are registered later. */
  caDirectory?: string;
  crlFile: string;
  aclFile?: string;
  pidFile: string;
  /** State of the dynamic security plugin, made by `mosquitto_ctrl dynsec init`. */
  dynsecFile: string;
  /** Debian: /usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so */
  dynsecPlugin: string;
  /** Listener for administrators that sign in with a password over TLS; none when they use certificates. */
  passwordPort?: number;
}

/** The lines of `mosquitto.conf` that onboarding relies on (mosquitto.conf(5), 2.0.11); reasons are in docs/onboarding.md. */
export function mosquittoConfig(options: MosquittoConfigOptions): string {
  const global = [
    'per_listener_settings false',
    'allow_anonymous false',
    line('pid_file', options.pidFile),
    line('plugin', options.dynsecPlugin),
    line('plugin_opt_config_file', options.dynsecFile),
    line('acl_file', options.aclFile),
  ];
  const devices = [
    ...listener(options, options.port),
    line('cafile', options.caFile),
    line('capath', options.caDirectory),
    line('crlfile', options.crlFile),
    'require_certificate true',
    'use_identity_as_username true',
  ];
  const people = options.passwordPort === undefined ? [] : listener(options, options.passwordPort);
  return [...global, ...devices, ...people].filter((text) => text !== '').join('\n') + '\n';
}

function listener(options: MosquittoConfigOptions, port: number): string[] {
  return [
    line('listener', `${port}${options.bindAddress === undefined ? '' : ` ${options.bindAddress}`}`),
    line('certfile', options.certFile),
    line('keyfile', options.keyFile),
    'tls_version tlsv1.2',
  ];
}

/** A setting, or nothing; a line break would be another setting. */
function line(name: string, value: string | undefined): string {
  if (value === undefined) return '';
  if (/[\r\n]/.test(value)) throw new RangeError(`${name} holds a line break`);
  return `${name} ${value}`;
}
