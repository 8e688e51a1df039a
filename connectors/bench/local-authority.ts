import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate, type webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  type Extension,
} from '@peculiar/x509';
import type { Device } from '../connector.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** A certificate with its key, as PEM for TLS and as a device for a connector. */
export interface Identity {
  key: string;
  certificate: string;
  device: Device;
}

/** A CA for brokers and devices of tests and measurements; its keys never leave the process but as those files. */
export class LocalAuthority {
  readonly name: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly der: Uint8Array;
  readonly pem: string;

  private constructor(name: string, keys: webcrypto.CryptoKeyPair, der: ArrayBuffer, pem: string) {
    this.name = name;
    this.#keys = keys;
    this.der = new Uint8Array(der);
    this.pem = pem;
  }

  static async make(name: string): Promise<LocalAuthority> {
    const keys = await newKeys();
    const made = await X509CertificateGenerator.createSelfSigned({
      name: [{ O: ['Rootline'] }, { CN: [name] }],
      keys,
      signingAlgorithm: P256,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new LocalAuthority(name, keys, made.rawData, made.toString('pem'));
  }

  /** A client certificate with this common name. */
  async issue(commonName: string): Promise<Identity> {
    return this.#issue(commonName, []);
  }

  /** A certificate for a broker on this machine. */
  async issueServer(): Promise<Identity> {
    const names = new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ]);
    return this.#issue('localhost', [names]);
  }

  /** DER of the list of revoked certificates of this CA. */
  async crl(revoked: readonly Device[], thisUpdate: Date): Promise<Uint8Array> {
    const list = await X509CrlGenerator.create({
      issuer: [{ O: ['Rootline'] }, { CN: [this.name] }],
      thisUpdate,
      nextUpdate: new Date(thisUpdate.getTime() + 30 * DAY_MS),
      entries: revoked.map((device) => ({ serialNumber: device.serial, revocationDate: thisUpdate })),
      signingAlgorithm: P256,
      signingKey: this.#keys.privateKey,
    });
    return new Uint8Array(list.rawData);
  }

  async #issue(commonName: string, extensions: Extension[]): Promise<Identity> {
    const keys = await newKeys();
    const made = await X509CertificateGenerator.create({
      // As plain text the generator would take a leading # for hexadecimal.
      subject: new Name([{ CN: [{ utf8String: commonName }] }]),
      issuer: [{ O: ['Rootline'] }, { CN: [this.name] }],
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: P256,
      ...validity(),
      extensions,
    });
    const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
    const key = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(pkcs8).toString('base64')}\n-----END PRIVATE KEY-----\n`;
    return {
      key,
      certificate: made.toString('pem'),
      device: toDevice(new Uint8Array(made.rawData), commonName),
    };
  }
}

function toDevice(certificate: Uint8Array, name: string): Device {
  const fingerprint = createHash('sha256').update(certificate).digest('hex');
  const serial = new NodeCertificate(certificate).serialNumber.toLowerCase();
  return { fingerprint, name, certificate, serial, deviceId: name };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 30 * DAY_MS) };
}
