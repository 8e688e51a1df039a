/** Object identifiers the station writes or reads, with their sources. */
export const OID = {
  serialNumber: '2.5.4.5', // X.520, 6.2.9
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14', // RFC 5280, 4.2.1.2
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  documentSigning: '1.3.6.1.5.5.7.3.36', // RFC 9336, 3.1
  hardwareModuleName: '1.3.6.1.5.5.7.8.4', // RFC 4108, 5
  ecPublicKey: '1.2.840.10045.2.1', // RFC 5480, 2.1.1
  prime256v1: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2', // RFC 5758, 3.2
} as const;

/**
 * Arc of the hardware types in HardwareModuleName. 32473 is the enterprise number that RFC 5612 reserves for
 * documentation: a placeholder until the owner of a job sets an arc of its own.
 */
const PLACEHOLDER_ARC = '1.3.6.1.4.1.32473.1';

/** Hardware type (hwType of RFC 4108) per target. */
const hardwareTypes: Record<string, string> = { ra8m1: `${PLACEHOLDER_ARC}.1` };

/** hwType of a target; an unlisted target shares the arc itself, so that a certificate never lies about its type. */
export function hardwareTypeOf(target: string): string {
  return hardwareTypes[target] ?? PLACEHOLDER_ARC;
}

/** 99991231235959Z: an IDevID never expires (IEEE 802.1AR, 8; RFC 5280, 4.1.2.5). */
export const NO_EXPIRY = new Date('9999-12-31T23:59:59Z');

/** What a job says about its device certificates. */
export interface DeviceProfile {
  organization: string;
  /** The common name is this, `-`, and the subject's serial number; 64 characters at most together. */
  commonNamePrefix: string;
  /** Dotted decimal; see hardwareTypeOf. */
  hardwareType: string;
}

/**
 * Brokers take a device's common name as its user name and as a level of its topics: `/` is kept for administrators
 * (docs/onboarding.md), `+` and `#` are wildcards (MQTT 5, 4.7.1), `%` begins a placeholder of an access list, and a control
 * character ends a line of one.
 */
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const NOT_IN_NAMES = /[/+#%\u0000-\u001f\u007f]/;

/** Whether names that begin like this may be a device's. */
export const isDeviceName = (text: string): boolean => !NOT_IN_NAMES.test(text);
