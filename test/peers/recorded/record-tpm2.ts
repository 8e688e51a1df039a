import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { fromDebian, headLines } from './head.ts';

/**
 * Writes down what tpm2-tools and swtpm say to each other, a line for each turn (`$ tool and arguments`, `> hex` from the
 * tools, `< hex` from the TPM): `node test/peers/recorded/record-tpm2.ts`. Read again by test/peers/recorded-tpm2.test.ts.
 */
const INDEX = '0x1800100';
const KEY = '0x81000100';
const SEALED = '0x81000101';
const folder = mkdtempSync(join(tmpdir(), 'rootline-tpm2-'));
const files = {
  in: randomBytes(32),
  other: randomBytes(32),
  message: randomBytes(50),
  secret: randomBytes(16),
};
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);

/** As roots-of-trust/tpm2 makes them: what this station reads is asked for by another program here. */
const NV_ATTRIBUTES = 'ownerwrite|writedefine|ownerread|authread|no_da';
const KEY_ATTRIBUTES = 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign';
const ACTS: readonly (readonly [tool: string, args: string, refused?: 'refused'])[] = [
  ['startup', '-c'],
  ['getcap', 'properties-fixed'],
  ['nvdefine', `${INDEX} -C o -s 32 -g sha256 -a ${NV_ATTRIBUTES}`],
  ['nvreadpublic', INDEX],
  ['nvwrite', `${INDEX} -C o -i in`],
  ['nvread', INDEX],
  ['nvwritelock', `${INDEX} -C o`],
  ['nvwrite', `${INDEX} -C o -i other`, 'refused'],
  ['nvread', INDEX],
  ['nvreadpublic', '0x1800111', 'refused'],
  ['createprimary', `-C o -g sha256 -G ecc256:ecdsa-sha256 -a ${KEY_ATTRIBUTES} -c key.ctx`],
  ['evictcontrol', `-C o -c key.ctx ${KEY}`],
  ['flushcontext', '-t'],
  ['readpublic', `-c ${KEY}`],
  ['sign', `-c ${KEY} -g sha256 -s ecdsa -o signature message`],
  ['createprimary', '-C o -c parent.ctx'],
  ['flushcontext', '-t'],
  ['create', '-C parent.ctx -i secret -u sealed.pub -r sealed.priv -c sealed.ctx'],
  ['evictcontrol', `-C o -c sealed.ctx ${SEALED}`],
  ['flushcontext', '-t'],
  ['unseal', `-c ${SEALED} -o secret.out`],
  ['changeauth', '-c owner somebody'],
  ['evictcontrol', `-C o -c ${KEY}`, 'refused'],
  ['nvundefine', `${INDEX} -C o`, 'refused'],
];

const lines: string[] = [];
const note = (sign: '>' | '<', bytes: Buffer): number => lines.push(`${sign} ${bytes.toString('hex')}`);

/** Calls back with each whole command or answer: its size is in its bytes 2 to 5 (TPM 2.0 library, part 1, 18.2). */
function whole(onPacket: (packet: Buffer) => void): (bytes: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= 6 && pending.length >= pending.readUInt32BE(2)) {
      const size = pending.readUInt32BE(2);
      onPacket(pending.subarray(0, size));
      pending = pending.subarray(size);
    }
  };
}

const state = ['--tpmstate', `dir=${folder}`, '--flags', 'not-need-init', '--seccomp', 'action=none'];
const tpm = spawn('swtpm', ['socket', '--tpm2', '--fd', '3', ...state], {
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
});
const line = tpm.stdio[3] as Duplex;
let host: Socket | null = null;
const fromTpm = whole((answer) => {
  note('<', answer);
  host?.write(answer);
});
line.on('data', fromTpm);
// swtpm takes what one read gives it for a command: it gets whole ones.
const toTpm = (): ((bytes: Buffer) => void) =>
  whole((command) => {
    note('>', command);
    line.write(command);
  });
const server = createServer((socket) => {
  host = socket.on('error', () => undefined).on('data', toTpm());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const tcti = `cmd:busybox nc 127.0.0.1 ${(server.address() as AddressInfo).port}`;

for (const [tool, args, refused] of ACTS) {
  lines.push(`$ tpm2_${tool} ${args}`);
  const done = promisify(execFile)(`tpm2_${tool}`, ['-T', tcti, ...args.split(' ')], { cwd: folder });
  const failed = await done.then(
    () => false,
    (error: unknown) => (refused === undefined ? Promise.reject(error as Error) : true),
  );
  if (failed !== (refused !== undefined)) throw new Error(`not refused: ${tool} ${args}`);
}
server.close();
tpm.kill();
await once(tpm, 'exit');
rmSync(folder, { recursive: true });
const program = `${fromDebian('tpm2-tools')}, ${fromDebian('swtpm')}`;
const head = headLines({ program, by: 'test/peers/recorded/record-tpm2.ts', target: 'tpm2', uid: '-' });
const hexes = Object.entries(files).map(([name, bytes]) => `${name} ${bytes.toString('hex')}`);
writeFileSync(new URL('tpm2-tools.txt', import.meta.url), [...head, ...hexes, ...lines, ''].join('\n'));
