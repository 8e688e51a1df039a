import type { UsbDescriptors } from './device.ts';

/** Descriptor types (USB 2.0, table 9-5). */
export const DESCRIPTOR = { device: 1, configuration: 2, string: 3, interface: 4, endpoint: 5 } as const;
const USB_2_0 = 0x0200;
const CONTROL_PACKET = 64;
/** Bit 7 is reserved and set (USB 2.0, table 9-10). */
const BUS_POWERED = 0x80;
/** bMaxPower counts 2 mA (table 9-10). */
const MA_PER_UNIT = 2;
/** bmAttributes of an endpoint (table 9-13). */
const TRANSFER = { bulk: 2, interrupt: 3 } as const;

export interface EndpointPlan {
  /** With the direction in bit 7: 0x81 is IN. */
  address: number;
  type: keyof typeof TRANSFER;
  maxPacket: number;
  /** bInterval; 0 for bulk. */
  interval?: number;
}

export interface InterfacePlan {
  number: number;
  alternate?: number;
  /** Class, subclass, protocol. */
  class: readonly [number, number, number];
  name?: string;
  /** Class descriptors, between the interface and its endpoints (section 9.5). */
  extra?: readonly Uint8Array[];
  endpoints?: readonly EndpointPlan[];
}

export interface ConfigurationPlan {
  /** In the order in which they are sent. */
  interfaces: readonly InterfacePlan[];
  attributes?: number;
  milliamperes?: number;
}

export interface DevicePlan {
  vendorId: number;
  productId: number;
  /** bcdDevice. */
  release?: number;
  deviceClass?: readonly [number, number, number];
  manufacturer: string;
  product: string;
  serial: string;
  /** bConfigurationValue counts from 1 in this order. */
  configurations: readonly ConfigurationPlan[];
}

/** All descriptors of a simulated device; strings get their indices by themselves. */
export function usbDescriptors(plan: DevicePlan): UsbDescriptors {
  const strings: string[] = [];
  const text = (value: string | undefined): number => {
    if (value === undefined) return 0;
    const known = strings.indexOf(value);
    return known >= 0 ? known + 1 : strings.push(value);
  };
  const device = deviceDescriptor(plan, [text(plan.manufacturer), text(plan.product), text(plan.serial)]);
  const configurations = plan.configurations.map((one, index) => configuration(one, index + 1, text));
  return { device, configurations, strings };
}

/** A descriptor of any type: its length, its type, its bytes. */
export function descriptor(type: number, ...bytes: readonly number[]): Uint8Array {
  return Uint8Array.of(bytes.length + 2, type, ...bytes);
}

/** Two bytes, least significant first, as every number in a descriptor. */
export const le16 = (value: number): [number, number] => [value & 0xff, (value >> 8) & 0xff];

function deviceDescriptor(plan: DevicePlan, strings: readonly number[]): Uint8Array {
  return descriptor(
    DESCRIPTOR.device,
    ...le16(USB_2_0),
    ...(plan.deviceClass ?? [0, 0, 0]),
    CONTROL_PACKET,
    ...le16(plan.vendorId),
    ...le16(plan.productId),
    ...le16(plan.release ?? 0x0100),
    ...strings,
    plan.configurations.length,
  );
}

type Text = (value: string | undefined) => number;

function configuration(plan: ConfigurationPlan, value: number, text: Text): Uint8Array {
  const rest = plan.interfaces.flatMap((one) => interfaceDescriptors(one, text));
  const count = new Set(plan.interfaces.map((one) => one.number)).size;
  const total = rest.reduce((sum, one) => sum + one.length, 9);
  const power = (plan.milliamperes ?? 100) / MA_PER_UNIT;
  const attributes = plan.attributes ?? BUS_POWERED;
  const head = descriptor(DESCRIPTOR.configuration, ...le16(total), count, value, 0, attributes, power);
  return Buffer.concat([head, ...rest]);
}

function interfaceDescriptors(plan: InterfacePlan, text: Text): Uint8Array[] {
  const endpoints = plan.endpoints ?? [];
  const head = [plan.number, plan.alternate ?? 0, endpoints.length, ...plan.class, text(plan.name)];
  return [
    descriptor(DESCRIPTOR.interface, ...head),
    ...(plan.extra ?? []),
    ...endpoints.map((one) =>
      descriptor(
        DESCRIPTOR.endpoint,
        one.address,
        TRANSFER[one.type],
        ...le16(one.maxPacket),
        one.interval ?? 0,
      ),
    ),
  ];
}
