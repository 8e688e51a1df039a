import { DriverError } from '#drivers/core/errors.ts';
import type { UsbDevice } from '#drivers/core/link.ts';
import { DFU_CLASS, DFU_SUBCLASS, PROTOCOL } from './constants.ts';
import { formError } from './errors.ts';
import { findFunctional, type DfuFunctional } from './functional.ts';

/** The interface of a device that this protocol is spoken on. */
export interface DfuInterface {
  number: number;
  /** False: beside a running program, which knows little more than DETACH. */
  inDfuMode: boolean;
  functional: DfuFunctional;
  /** Alternate setting and its name, in ST's extension a memory layout. */
  alternates: readonly { setting: number; name: string }[];
}

/** USB 2.0, section 9.4.3 and tables 9-4, 9-5. */
const GET_DESCRIPTOR = 6;
const CONFIGURATION = 0x0200;
const HEAD_BYTES = 9;

/** True where a device has an interface of the DFU class, in either mode. */
export const hasDfu = (device: UsbDevice): boolean => alternatesOf(device).length > 0;

/** Rejects with `wrong-chip` for a device without a DFU interface, with `bad-frame` for one that describes it wrongly. */
export async function findInterface(device: UsbDevice): Promise<DfuInterface> {
  const [first] = alternatesOf(device);
  if (first === undefined) {
    const { vendorId, productId } = device;
    throw new DriverError('wrong-chip', 'The USB device has no interface for firmware upgrade.', {
      ...{ chip: 'untouched', context: { vendorId, productId } },
    });
  }
  return {
    number: first.interfaceNumber,
    inDfuMode: first.interfaceProtocol === PROTOCOL.dfuMode,
    functional: findFunctional(await configurationOf(device)),
    alternates: alternatesOf(device)
      .filter(({ interfaceNumber }) => interfaceNumber === first.interfaceNumber)
      .map(({ alternateSetting, interfaceName }) => ({
        ...{ setting: alternateSetting, name: interfaceName ?? '' },
      })),
  };
}

function alternatesOf({ configuration }: UsbDevice) {
  const all = configuration?.interfaces ?? [];
  return all.flatMap(({ interfaceNumber, alternates }) =>
    alternates
      .filter((one) => one.interfaceClass === DFU_CLASS && one.interfaceSubclass === DFU_SUBCLASS)
      .map(({ alternateSetting, interfaceName, interfaceProtocol }) => ({
        ...{ interfaceNumber, alternateSetting, interfaceName, interfaceProtocol },
      })),
  );
}

/** WebUSB shows no class descriptors: the whole configuration is read once more. */
async function configurationOf(device: UsbDevice): Promise<Uint8Array> {
  const head = Buffer.from(await descriptor(device, HEAD_BYTES));
  return descriptor(device, head.length < HEAD_BYTES ? HEAD_BYTES : head.readUInt16LE(2));
}

async function descriptor(device: UsbDevice, length: number): Promise<Uint8Array> {
  const { status, data } = await device.controlTransferIn(
    { requestType: 'standard', recipient: 'device', request: GET_DESCRIPTOR, value: CONFIGURATION, index: 0 },
    length,
  );
  if (status !== 'ok' || data === undefined) throw formError('configuration descriptor', 'is not given');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
