import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

/** Programs that the tests hold our work against, and the Debian packages that bring them. */
const PEERS = [
  { program: 'chromium', package: 'chromium', why: 'browser tests' },
  { program: 'srec_cat', package: 'srecord', why: 'oracle of the image parsers' },
  { program: 'arm-none-eabi-gcc', package: 'gcc-arm-none-eabi', why: 'builds the demo firmware' },
  { program: 'arm-none-eabi-objcopy', package: 'binutils-arm-none-eabi', why: 'oracle of the image parsers' },
  { program: 'curl', package: 'curl', why: 'an independent client of EST' },
  { program: 'openssl', package: 'openssl', why: 'oracle of certificates and signatures' },
  { program: 'pdftotext', package: 'poppler-utils', why: 'reads the batch report' },
  { program: 'socat', package: 'socat', why: 'pseudo-terminal pairs and control sockets' },
  { program: 'python3', package: 'python3', why: 'an independent program on the virtual port' },
  {
    program: 'dfu-suffix',
    package: 'dfu-util',
    why: 'a DFU host, and reader of its files, that is not ours',
  },
  { program: 'stm32flash', package: 'stm32flash', why: 'uses the simulated STM32 as any other' },
  { program: 'gdb-multiarch', package: 'gdb-multiarch', why: 'uses the simulated debug probe as any other' },
  {
    program: 'qemu-system-arm',
    package: 'qemu-system-arm',
    why: 'a board that is not ours, for the debug driver',
  },
  { program: 'openocd', package: 'openocd', why: 'programs the part behind the simulated debug probe' },
  { program: 'swtpm', package: 'swtpm', why: 'a TPM that is not ours' },
  { program: 'tpm2_readpublic', package: 'tpm2-tools', why: 'reads on a TPM what this station made there' },
  { program: 'qemu-system-x86_64', package: 'qemu-system-x86', why: 'a guest with a USB bus' },
  { program: '/bin/busybox', package: 'busybox', why: 'starts the guest' },
  { program: '/usr/sbin/usbip', package: 'usbip', why: 'a USB/IP host that is not ours' },
  {
    // The cloud flavour of the kernel has no USB at all.
    program: '/lib/modules/*/kernel/drivers/usb/usbip/vhci-hcd.ko',
    package: 'linux-image-amd64',
    why: 'the kernel of the guest',
  },
  { program: 'gnutls-serv', package: 'gnutls-bin', why: 'a server of TLS for the virtual device' },
  { program: 'mosquitto', package: 'mosquitto', why: 'the broker that devices are registered at' },
  {
    program: '/usr/lib/postgresql/15/bin/postgres',
    package: 'postgresql-15',
    why: 'the cloud on PostgreSQL',
  },
];

/** A program by its name, or a file by its path, which may be a pattern. */
const isThere = (program: string): boolean =>
  program.startsWith('/')
    ? globSync(program).length > 0
    : spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Installs what is missing where it may (root with apt); otherwise names it. Returns whether all are there. */
export function ensurePeers(): boolean {
  const missing = PEERS.filter(({ program }) => !isThere(program));
  if (missing.length === 0) return true;
  const packages = missing.map((peer) => peer.package);
  if (process.getuid?.() === 0 && isThere('apt-get')) installWithApt(packages);
  const still = PEERS.filter(({ program }) => !isThere(program));
  for (const peer of still) process.stderr.write(`missing: ${peer.program} (${peer.why})\n`);
  if (still.length > 0)
    process.stderr.write(`Install them: apt-get install ${still.map((peer) => peer.package).join(' ')}\n`);
  return still.length === 0;
}

function installWithApt(packages: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args: string[]): void => {
    spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env });
  };
  run(['update', '-qq']);
  run(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}
