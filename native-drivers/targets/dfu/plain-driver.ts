import type { ImageSource, TargetSession, UsbTargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { UsbLink } from '#drivers/core/link.ts';
import type { OperationTable } from '#drivers/core/operation-table.ts';
import type { Lifecycle, OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { targetSession } from '#drivers/core/target-session.ts';
import type { DfuClient } from '#drivers/protocols/dfu/client.ts';
import { DFUSE_VERSION } from '#drivers/protocols/dfu/constants.ts';
import { dfuDecoder } from '#drivers/protocols/dfu/decoder.ts';
import { program, verify } from './plain-program.ts';
import { DfuSocket, unlessGone } from './socket.ts';
import { FULL_SPEED } from './stm32-program.ts';

const TARGET = 'dfu';
/** DFU 1.1 knows no life cycle: only whether the boot loader or the program is on the bus. */
const lifecycle = (client: DfuClient): Lifecycle => ({
  ...{ dlm: client.face.inDfuMode ? 'DFU' : 'APP', protection: null, authentication: null },
});

/** Says what is on the bus; a program that runs goes on running. */
async function identify(
  socket: DfuSocket,
  target: string,
  { signal }: OperationContext,
): Promise<OperationResult<'identify'>> {
  socket.forget();
  if (target !== TARGET)
    throw new DriverError('wrong-chip', 'The site is set up for another chip.', {
      ...{ chip: 'untouched', context: { expected: target, found: TARGET } },
    });
  const { client, uid } = await socket.look(signal);
  const { vendorId, productId, productName } = client.usb.device;
  const hex = (value: number) => value.toString(16).padStart(4, '0');
  const product = `${hex(vendorId)}:${hex(productId)} ${productName ?? ''}`.trim();
  const output = { chipUid: uid, product, target, maxBaudRate: FULL_SPEED, areas: [] };
  return { output: { ...output, lifecycle: lifecycle(client) }, measurements: [] };
}

async function readState(
  socket: DfuSocket,
  { signal }: OperationContext,
): Promise<OperationResult<'read-state'>> {
  const { client, uid } = await socket.look(signal);
  const identity = { enrolled: null, deviceId: null, certificateFingerprint: null, agentLocked: null };
  return {
    output: {
      ...{ chipUid: uid, via: 'boot-rom', locked: false, ...identity },
      lifecycle: lifecycle(client),
    },
    measurements: [],
  };
}

/** A bus reset ends DFU mode (DFU 1.1, table A.2.3). */
async function startFirmware(
  socket: DfuSocket,
  { signal }: OperationContext,
): Promise<OperationResult<'start-firmware'>> {
  const { client } = await socket.look(signal);
  if (client.face.inDfuMode) {
    await client.usb.device.reset().catch(unlessGone);
    const back = await socket.returned(client.usb, signal);
    if (back.face.inDfuMode)
      throw new DriverError('wrong-state', 'The device stays in its boot loader: it holds no program.', {
        chip: 'not-locked',
      });
  }
  return { output: {}, measurements: [] };
}

function operationsOf(socket: DfuSocket, images: ImageSource): OperationTable {
  const parts = { socket, images };
  return {
    identify: ({ target }, context) => identify(socket, target, context),
    program: ({ image }, context) => program(parts, image, context),
    verify: ({ image }, context) => verify(parts, image, context),
    'start-firmware': (_input, context) => startFirmware(socket, context),
    'read-state': (_input, context) => readState(socket, context),
  };
}

function checkDevice({ face }: DfuClient): void {
  if (face.functional.version !== DFUSE_VERSION) return;
  throw new DriverError('wrong-chip', 'The device speaks ST’s extension: its target is stm32-dfu.', {
    chip: 'untouched',
  });
}

function open(link: UsbLink, images: ImageSource): TargetSession {
  const socket = new DfuSocket(link, checkDevice);
  // Firmware that is broken off is written again: the boot loader stays.
  return targetSession(socket, operationsOf(socket, images));
}

/** Any device with an interface of USB DFU 1.1 that is not ST's. */
export const plainDfu: UsbTargetDriver = {
  id: TARGET,
  title: 'Device with USB DFU 1.1',
  reach: 'usb',
  devices: [],
  operations: ['identify', 'program', 'verify', 'start-firmware', 'read-state'],
  isForEver: () => false,
  decoder: dfuDecoder,
  open,
};
