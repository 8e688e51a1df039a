import { createPrivateKey, type KeyObject } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { NotOpened, openRecord } from './kept-key/open-record.ts';

const HELP = `Opens the private key that a station kept in a unit's record: for the recipient, away from the station

  node scripts/open-kept-key.ts --record FILE --key FILE [--out FILE]

  --record FILE           records/<device id>.json of an export (check the export first: npm run verify)
  --key FILE              the recipient's private key, PEM
  --passphrase-file FILE  of that key, where it has one; its first line
  --out FILE              the unit's key goes there as PKCS#8, PEM, readable by you alone; it must not exist yet.
                          Without it the key goes to standard output, unless that is a terminal
  --help                  this text
`;

interface Wish {
  record: string;
  key: string;
  passphrase: string | undefined;
  out: string | undefined;
}

function wishOf(argv: string[]): Wish | null {
  const text = { type: 'string' } as const;
  const options = { record: text, key: text, 'passphrase-file': text, out: text };
  const { values } = parseArgs({ args: argv, options });
  const { record, key, 'passphrase-file': passphrase, out } = values;
  if (record === undefined || key === undefined) return null;
  return { record, key, passphrase, out };
}

async function readOr(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new NotOpened(`${path} cannot be read.`, error);
  }
}

/** A key is given by file only: what stands on a command line everybody on the machine can read. */
async function recipientOf({ key: path, passphrase }: Wish): Promise<KeyObject> {
  const pem = await readOr(path);
  const word =
    passphrase === undefined ? null : (await readOr(passphrase)).toString('utf8').split(/\r?\n/)[0];
  try {
    return createPrivateKey({
      key: pem,
      format: 'pem',
      ...(word === null ? {} : { passphrase: word ?? '' }),
    });
  } catch (error) {
    throw new NotOpened(`${path} is no private key in PEM that opens as it was given.`, error);
  } finally {
    pem.fill(0);
  }
}

async function writeKey(pem: string, out: string | undefined): Promise<void> {
  if (out === undefined) {
    process.stdout.write(pem);
    return;
  }
  const file = await open(out, 'wx', 0o600).catch((error: unknown) => {
    throw new NotOpened(`${out} is there already, or cannot be written.`, error);
  });
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function main(wish: Wish): Promise<void> {
  if (wish.out === undefined && process.stdout.isTTY)
    throw new NotOpened('A private key is not shown on a terminal: name a file with --out.');
  const record = (await readOr(wish.record)).toString('utf8');
  const key = openRecord(record, await recipientOf(wish));
  await writeKey(key.export({ type: 'pkcs8', format: 'pem' }).toString(), wish.out);
}

const argv = process.argv.slice(2);
const wish = argv.includes('--help') ? null : wishOf(argv);
if (argv.includes('--help')) console.log(HELP);
else if (wish === null) {
  console.error(HELP);
  process.exitCode = 2;
} else {
  await main(wish).catch((error: unknown) => {
    if (!(error instanceof NotOpened)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
