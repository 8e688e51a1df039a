import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { fileError, isMissing, replaceFile } from './atomic-file.ts';
import { pemBlocks, toPem } from './pem.ts';
import { subjectHash, subjectOf } from './subject-hash.ts';

const LABEL = 'CERTIFICATE';

/** Takes a CA's certificate apart as far as needed; refuses what could not be one. */
export function readCa(der: Uint8Array): { subject: Uint8Array; hash: string } {
  const subject = subjectOf(der);
  const hash = subject === null ? null : subjectHash(subject);
  if (subject === null || hash === null || !isCa(der))
    throw new ConnectorError('bad-certificate', 'This is not the certificate of a CA. Nothing was changed.', {
      retry: 'never',
    });
  return { subject, hash };
}

function isCa(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).ca;
  } catch {
    // Not a certificate at all: the same answer.
    return false;
  }
}

/** Adds a CA to the broker's `capath`, where OpenSSL finds it by hash without a restart. Returns false when it was there. */
export async function addCa(folder: string, der: Uint8Array): Promise<boolean> {
  const { hash } = readCa(der);
  await mkdir(folder, { recursive: true });
  const there = await sameHash(folder, hash);
  if (there.some((entry) => entry.der.equals(der))) return false;
  await replaceFile(join(folder, `${hash}.${there.length}`), async (file) =>
    file.writeFile(toPem(der, LABEL)),
  );
  return true;
}

/** Takes a CA away; the last of the same hash closes the gap, because OpenSSL stops looking at one. */
export async function removeCa(folder: string, der: Uint8Array): Promise<boolean> {
  const { hash } = readCa(der);
  const there = await sameHash(folder, hash);
  const found = there.find((entry) => entry.der.equals(der));
  const last = there.at(-1);
  if (found === undefined || last === undefined) return false;
  await rm(found.path);
  if (last !== found) await rename(last.path, found.path);
  return true;
}

/** Every CA of the folder, DER. */
export async function listCas(folder: string): Promise<Buffer[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw fileError(folder, 'read', cause);
  });
  const files = names.filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
  const texts = await Promise.all(files.map(async (name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => [...pemBlocks(text, LABEL)]);
}

async function sameHash(folder: string, hash: string): Promise<{ path: string; der: Buffer }[]> {
  const found = [];
  for (let index = 0; ; index += 1) {
    const path = join(folder, `${hash}.${index}`);
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      if (isMissing(cause)) return null;
      throw fileError(path, 'read', cause);
    });
    if (text === null) return found;
    const [der = Buffer.alloc(0)] = pemBlocks(text, LABEL);
    found.push({ path, der });
  }
}
