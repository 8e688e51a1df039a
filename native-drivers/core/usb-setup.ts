import { hex } from './hex.ts';

/** First eight bytes of a control transfer (USB 2.0, section 9.3, table 9-2). */
export interface SetupPacket {
  /** Bit 7: to the host; bits 6 and 5: standard, class, vendor; bits 4 to 0: recipient. */
  requestType: number;
  request: number;
  value: number;
  index: number;
  length: number;
}

/** USB 2.0, table 9-2: bmRequestType. */
const TO_HOST = 0x80;
const TYPES = ['standard', 'class', 'vendor'] as const;
const RECIPIENTS = ['device', 'interface', 'endpoint', 'other'] as const;
/** USB 2.0, table 9-4: standard requests; 2 and 4 are reserved. */
const STANDARD: readonly (string | undefined)[] = [
  ...['GET_STATUS', 'CLEAR_FEATURE', undefined, 'SET_FEATURE', undefined, 'SET_ADDRESS', 'GET_DESCRIPTOR'],
  ...['SET_DESCRIPTOR', 'GET_CONFIGURATION', 'SET_CONFIGURATION', 'GET_INTERFACE', 'SET_INTERFACE'],
  'SYNCH_FRAME',
];

export function setupOf(
  { requestType, recipient, request, value, index }: USBControlTransferParameters,
  direction: USBDirection,
  length: number,
): SetupPacket {
  const type = (TYPES.indexOf(requestType) << 5) | RECIPIENTS.indexOf(recipient);
  return { requestType: type | (direction === 'in' ? TO_HOST : 0), request, value, index, length };
}

/** SET_INTERFACE, which WebUSB sends by itself for another alternate setting (USB 2.0, section 9.4.10). */
export const setInterface = (index: number, value: number): SetupPacket =>
  setupOf({ requestType: 'standard', recipient: 'interface', request: 11, value, index }, 'out', 0);

/** As it goes over the wire. */
export function setupBytes({ requestType, request, value, index, length }: SetupPacket): Uint8Array {
  const words = [value, index, length].flatMap((word) => [word & 0xff, (word >> 8) & 0xff]);
  return Uint8Array.of(requestType, request, ...words);
}

/** `In standard GET_DESCRIPTOR`; what a value may carry stands in the detail. */
export function setupWords(setup: SetupPacket): { title: string; detail: string } {
  const { requestType, request, value, index, length } = setup;
  const kind = TYPES[(requestType >> 5) & 3] ?? 'reserved';
  const way = (requestType & TO_HOST) === 0 ? 'Out' : 'In';
  const name = kind === 'standard' ? STANDARD[request] : undefined;
  const to = RECIPIENTS[requestType & 0x1f] ?? 'reserved';
  const fields = [
    `bmRequestType ${hex(requestType, 2)} (${to})`,
    ...[`bRequest ${hex(request, 2)}`, `wValue ${hex(value, 4)}`, `wIndex ${hex(index, 4)}`],
    `wLength ${length}`,
  ];
  return { title: `${way} ${kind} ${name ?? `request ${hex(request, 2)}`}`, detail: fields.join(', ') };
}
