import { describe, expect, it } from 'vitest';
import {
  buildSecureCert,
  parseSecureCert,
  pemData,
  SECURE_CERT_BYTES,
  SECURE_CERT_FLAG,
  SECURE_CERT_TYPE,
  type SecureCertEntry,
} from './secure-cert.ts';

const crcOf = (partition: Uint8Array, at: number): string =>
  Buffer.from(partition).readUInt32LE(at).toString(16).toUpperCase();
const entry = (type: number, data: Uint8Array, subtype = 0): SecureCertEntry => ({
  ...{ type, subtype, flags: 0, data },
});

describe('esp_secure_cert', () => {
  it('has the checksums of a public partition', () => {
    // espressif/esp_secure_cert_mgr, tools/tests/input_data/.../tlv_entries_raw.txt, entries 5 and 6.
    const text = entry(SECURE_CERT_TYPE.userData1, Buffer.from('Device Model: ESP32-S3-DevKit-C'));
    const hex = entry(SECURE_CERT_TYPE.userData2, Buffer.from('deadbeefcafebabe1234567890abcdef', 'hex'));
    const partition = buildSecureCert([text, hex]);
    expect(partition.length).toBe(SECURE_CERT_BYTES);
    expect(crcOf(partition, 48 - 4)).toBe('2E60F6D8');
    expect(crcOf(partition, 48 + 32 - 4)).toBe('2AF3C61C');
    expect(partition.subarray(80).every((byte) => byte === 0xff)).toBe(true);
  });

  it('is read back, whole', () => {
    const entries = [
      entry(SECURE_CERT_TYPE.caCertificate, pemData('-----BEGIN CERTIFICATE-----\n')),
      entry(SECURE_CERT_TYPE.caCertificate, new Uint8Array(15).fill(7), 1),
      entry(SECURE_CERT_TYPE.deviceCertificate, new Uint8Array(0)),
      { ...entry(SECURE_CERT_TYPE.privateKey, new Uint8Array(0)), flags: SECURE_CERT_FLAG.hmacDerivedKey },
    ];
    const read = parseSecureCert(buildSecureCert(entries));
    expect(read.map((one) => ({ ...one, data: [...one.data] }))).toEqual(
      entries.map((one) => ({ ...one, data: [...one.data] })),
    );
  });

  it('refuses a changed byte, a cut entry, one that is there twice, and more than fits', () => {
    const one = entry(SECURE_CERT_TYPE.privateKey, new Uint8Array(100));
    const partition = buildSecureCert([one]);
    const changed = partition.slice();
    changed[20] = 1;
    expect(() => parseSecureCert(changed)).toThrow(/CRC/);
    expect(() => parseSecureCert(partition.subarray(0, 60))).toThrow(/cut off/);
    expect(() => buildSecureCert([one, one])).toThrow(/twice/);
    expect(() => buildSecureCert([{ ...one, data: new Uint8Array(9000) }])).toThrow(/fit/);
  });
});
