import { DriverError } from '#drivers/core/errors.ts';

/** Descriptor types and their fields: USB 2.0, tables 9-5, 9-10, 9-12, 9-13. */
const INTERFACE = 4;
const ENDPOINT = 5;
const IN_BIT = 0x80;
const TYPES = ['control', 'isochronous', 'bulk', 'interrupt'] as const;
const MAX_PACKET_BITS = 0x7ff;

export interface Alternate {
  alternateSetting: number;
  interfaceClass: number;
  interfaceSubclass: number;
  interfaceProtocol: number;
  interfaceName: string | null;
  endpoints: USBEndpoint[];
}

export interface Interface {
  interfaceNumber: number;
  alternate: Alternate;
  alternates: Alternate[];
  claimed: boolean;
}

export interface Configuration {
  configurationValue: number;
  configurationName: string | null;
  interfaces: Interface[];
}

/** Index of a string descriptor -> its text. */
export type Strings = (index: number) => string | null;

/** A configuration descriptor with all its interfaces and endpoints, in the shapes of WebUSB (section 9). */
export function parseConfiguration(bytes: Uint8Array, strings: Strings): Configuration {
  const interfaces: Interface[] = [];
  let endpoints: USBEndpoint[] = [];
  for (const one of descriptors(bytes)) {
    if (one[1] === INTERFACE) {
      const { number, alternate } = parseInterface(one, strings);
      endpoints = alternate.endpoints;
      const known = interfaces.find(({ interfaceNumber }) => interfaceNumber === number);
      if (known !== undefined) known.alternates.push(alternate);
      else interfaces.push({ interfaceNumber: number, alternate, alternates: [alternate], claimed: false });
    }
    const endpoint = one[1] === ENDPOINT ? parseEndpoint(one) : null;
    if (endpoint !== null) endpoints.push(endpoint);
  }
  return { configurationValue: bytes[5] ?? 0, configurationName: strings(bytes[6] ?? 0), interfaces };
}

/** Throws `bad-argument` for one that is not there. */
export function interfaceOf(configuration: Configuration | null, number: number): Interface {
  const found = configuration?.interfaces.find(({ interfaceNumber }) => interfaceNumber === number);
  if (found !== undefined) return found;
  throw new DriverError('bad-argument', 'The device has no such interface.', { context: { number } });
}

/** Ends at a descriptor that says no length of its own. */
function* descriptors(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; (bytes[at] ?? 0) >= 2; at += bytes[at] ?? 0)
    yield bytes.subarray(at, at + (bytes[at] ?? 0));
}

function parseInterface(bytes: Uint8Array, strings: Strings): { number: number; alternate: Alternate } {
  const [, , number = 0, alternateSetting = 0, , type = 0, subclass = 0, protocol = 0, name = 0] = bytes;
  const alternate: Alternate = {
    alternateSetting,
    interfaceClass: type,
    interfaceSubclass: subclass,
    interfaceProtocol: protocol,
    interfaceName: strings(name),
    endpoints: [],
  };
  return { number, alternate };
}

/** Null for a control endpoint, of which WebUSB shows none. */
function parseEndpoint(bytes: Uint8Array): USBEndpoint | null {
  const [, , address = 0, attributes = 0, low = 0, high = 0] = bytes;
  const type = TYPES[attributes & 3] ?? 'control';
  if (type === 'control') return null;
  return {
    endpointNumber: address & 0x0f,
    direction: (address & IN_BIT) === 0 ? 'out' : 'in',
    type,
    packetSize: (low | (high << 8)) & MAX_PACKET_BITS,
  };
}
