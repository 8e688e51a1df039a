import { readFileSync, statSync } from 'node:fs';

/**
 * The passphrase of the key store, as bytes that the caller zeroises: from a file that only its owner may read, or
 * typed on the terminal without an echo. Never from an argument or the environment, which other processes can list.
 */
export async function readPassphrase(file: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  if (file === undefined) return askOnTerminal();
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new Error(`${file} can be read by other users. Give it mode 0600 and start again.`);
  }
  const bytes = readFileSync(file);
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  return new Uint8Array(end < 0 ? bytes : bytes.subarray(0, end));
}

async function askOnTerminal(): Promise<Uint8Array<ArrayBuffer>> {
  const input = process.stdin;
  if (!input.isTTY) throw new Error('No terminal to ask for the passphrase: give --passphrase-file.');
  process.stderr.write('Passphrase of the key store: ');
  input.setRawMode(true);
  const typed: number[] = [];
  try {
    for await (const chunk of input.iterator({ destroyOnReturn: false })) {
      for (const byte of chunk as Buffer) {
        if (byte === 0x03) throw new Error('Stopped.');
        if (byte === 0x0d || byte === 0x0a) return new Uint8Array(typed);
        if (byte === 0x7f) typed.pop();
        else typed.push(byte);
      }
    }
    throw new Error('The terminal closed before a passphrase was typed.');
  } finally {
    input.setRawMode(false);
    typed.fill(0);
    process.stderr.write('\n');
  }
}
