import { X509Certificate } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CaRegistration, Device, DeviceResult } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import { ensurePattern, findEntries, rewriteEntries, type AclEntry } from './acl-file.ts';
import { fileError, readOrEmpty, replaceFile } from './atomic-file.ts';
import { addCa, listCas, readCa, removeCa } from './ca-directory.ts';
import { endOfLists, hasCrlOf, readCrl, requireValid, withCrl } from './crl.ts';
import type { BrokerFiles, MosquittoSettings } from './options.ts';
import { pemBlocks } from './pem.ts';

/**
 * The files that a broker reads at SIGHUP. Each change is written whole and then loaded; a change that an earlier
 * process wrote and did not live to load is loaded by the first call of this one.
 */
export class BrokerFileSet {
  readonly #files: BrokerFiles;
  readonly #topicRoot: string;
  readonly #load: (signal?: AbortSignal) => Promise<void>;
  readonly #now: () => number;
  #turn: Promise<unknown> = Promise.resolve();
  #loaded = false;

  constructor(settings: MosquittoSettings, load: (signal?: AbortSignal) => Promise<void>, now: () => number) {
    this.#now = now;
    this.#files = settings.files;
    this.#topicRoot = settings.topicRoot;
    this.#load = load;
  }

  async publishCrl(der: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    return this.#change(async () => this.#writeCrl(der), signal);
  }

  /** Throws for the first path of the settings at which nothing could be written, or no process id read. */
  async requireReachable(): Promise<void> {
    const { crlFile, caDirectory, aclFile, pidFile } = this.#files;
    for (const path of [crlFile, caDirectory, aclFile]) if (path !== undefined) await requireWritable(path);
    if (pidFile === undefined) return;
    await access(pidFile, constants.R_OK).catch((cause: unknown) => {
      throw fileError(pidFile, 'read', cause);
    });
  }

  /** Throws when a list that the broker uses has ended: it refuses every device of that CA by now. */
  async requireListsInForce(): Promise<void> {
    const { crlFile } = this.#files;
    const ends = crlFile === undefined ? null : endOfLists(await readOrEmpty(crlFile));
    if (ends === null || ends > this.#now()) return;
    throw new ConnectorError(
      'crl-not-valid',
      `A list of revoked certificates at the broker ended at ${new Date(ends).toISOString()}: devices of its CA cannot connect since. Publish a new one.`,
    );
  }

  /** CA, its list and the pattern, in the order in which a broker that reads half of it would refuse rather than allow. */
  async registerCa(ca: CaRegistration, signal?: AbortSignal): Promise<boolean> {
    const issuing = ca.certificates[0];
    if (issuing === undefined)
      throw new ConnectorError('bad-certificate', 'No CA was given.', { retry: 'never' });
    const { subject } = readCa(issuing);
    return this.#change(async () => {
      const listed = ca.crl === undefined ? false : await this.#writeCrl(ca.crl);
      await this.#requireCrl(subject);
      const added = await this.#addCas(ca.certificates);
      const pattern = this.#files.aclFile;
      const allowed = pattern === undefined ? false : await ensurePattern(pattern, this.#topicRoot);
      return listed || added || allowed;
    }, signal);
  }

  async unregisterCa(ca: CaRegistration, signal?: AbortSignal): Promise<boolean> {
    const folder = this.#path('caDirectory');
    return this.#change(async () => {
      let removed = false;
      for (const der of ca.certificates) removed = (await removeCa(folder, der)) || removed;
      return removed;
    }, signal);
  }

  /** Entries for these devices; those whose name is there are told apart by fingerprint. */
  async addDevices(devices: readonly Device[], signal?: AbortSignal): Promise<DeviceResult[]> {
    const path = this.#path('aclFile');
    let results: DeviceResult[] = [];
    await this.#change(async () => {
      const there = await findEntries(path, new Set(devices.map((device) => device.name)));
      results = devices.map((device) => entryResult(device, there));
      const add = devices.filter((_, index) => results[index]?.outcome === 'ok');
      if (add.length > 0) await this.#rewrite(path, { add });
      return add.length > 0;
    }, signal);
    return results;
  }

  async removeDevices(devices: readonly Device[], signal?: AbortSignal): Promise<void> {
    const path = this.#path('aclFile');
    await this.#change(async () => {
      const there = await findEntries(path, new Set(devices.map((device) => device.name)));
      const mine = devices.filter((device) => there.get(device.name) === device.fingerprint);
      const remove = new Set(mine.map((device) => device.fingerprint));
      if (remove.size > 0) await this.#rewrite(path, { remove });
      return remove.size > 0;
    }, signal);
  }

  /** The CAs that the broker trusts by these files; null where none of them is known here. */
  async cas(): Promise<X509Certificate[] | null> {
    const { caDirectory, caFile } = this.#files;
    if (caDirectory === undefined && caFile === undefined) return null;
    const inFolder = caDirectory === undefined ? [] : await listCas(caDirectory);
    const inFile = caFile === undefined ? [] : [...pemBlocks(await readOrEmpty(caFile), 'CERTIFICATE')];
    return [...inFolder, ...inFile].map((der) => new X509Certificate(der));
  }

  /** One change at a time; files written and not loaded stay marked until a load went through. */
  async #change(write: () => Promise<boolean>, signal: AbortSignal | undefined): Promise<boolean> {
    const mine = this.#turn.then(async () => {
      const changed = await write();
      if (!this.#loaded) await this.#load(signal);
      this.#loaded = true;
      return changed;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #rewrite(path: string, change: { add?: AclEntry[]; remove?: Set<string> }): Promise<void> {
    this.#loaded = false;
    await rewriteEntries(path, this.#topicRoot, change);
  }

  async #writeCrl(der: Uint8Array): Promise<boolean> {
    const path = this.#path('crlFile');
    requireValid(readCrl(der), this.#now());
    const text = withCrl(await readOrEmpty(path), der);
    if (text === null) return false;
    this.#loaded = false;
    await replaceFile(path, async (file) => file.writeFile(text));
    return true;
  }

  async #requireCrl(subject: Uint8Array): Promise<void> {
    const path = this.#files.crlFile;
    // Without a crlfile the broker asks for no list; then a revoked device is only stripped of its rights.
    if (path === undefined || hasCrlOf(await readOrEmpty(path), subject)) return;
    throw new ConnectorError(
      'crl-missing',
      'The broker has no list of revoked certificates of this CA and would refuse all its devices. Nothing was changed. Publish the list first, an empty one if need be.',
      { retry: 'later' },
    );
  }

  async #addCas(certificates: readonly Uint8Array[]): Promise<boolean> {
    const trusted = await this.cas();
    const missing = certificates.filter((der) => trusted?.some((ca) => ca.raw.equals(der)) !== true);
    if (missing.length === 0) return false;
    const folder = this.#path('caDirectory');
    this.#loaded = false;
    for (const der of missing) await addCa(folder, der);
    return true;
  }

  #path(file: keyof BrokerFiles): string {
    const path = this.#files[file];
    if (path !== undefined) return path;
    throw new ConnectorError(
      'unsupported',
      `This needs the broker's file "${file}", which is not in the connector's settings. Nothing was changed. Name it there, or do it at the broker.`,
      { retry: 'never', context: { file } },
    );
  }
}

/** A file is replaced whole, so its folder is what must be writable. */
async function requireWritable(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
    throw fileError(path, 'written', cause);
  });
}

function entryResult(device: Device, there: ReadonlyMap<string, string | null>): DeviceResult {
  const { fingerprint, name } = device;
  const entry = there.get(name);
  if (entry === undefined) return { fingerprint, outcome: 'ok' };
  if (entry === fingerprint) return { fingerprint, outcome: 'already' };
  const message = `The broker knows "${name}" with another certificate. This one has no access. Revoke or remove the other, then retry.`;
  return { fingerprint, outcome: 'failed', error: { code: 'name-taken', message, retry: 'never' } };
}
