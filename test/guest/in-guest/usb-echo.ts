import { listUsb, openUsb } from '#drivers/transports/usb/open-usb.ts';
import { nativeDevices } from '#drivers/transports/usb/native-usb.ts';

/** Uses the echo device on a port of this machine's bus: `node usb-echo.ts usb:1-1`. Prints one JSON line at its end. */
const [path = ''] = process.argv.slice(2);
const VENDOR = { requestType: 'vendor', recipient: 'device', request: 7, value: 0x1234, index: 5 } as const;
const RESETS = 8;
const hex = (data: DataView | undefined): string =>
  data === undefined ? '' : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

const places = (await nativeDevices()).map(({ bus, ports, deviceClass }) => ({ bus, ports, deviceClass }));
const listed = await listUsb();
const port = await openUsb(path);
const { device } = port;
await device.claimInterface(0);
await device.selectAlternateInterface(0, 1);
const vendor = hex((await device.controlTransferIn(VENDOR, 8)).data);
const refused = await device.controlTransferIn({ ...VENDOR, request: 0xee }, 8);
const waiting = device.transferIn(1, 64);
await device.transferOut(2, Buffer.from('echo'));
const echoed = hex((await waiting).data);
const bad = await device.transferOut(2, Buffer.from('bad'));
await device.clearHalt('out', 2);
const good = await device.transferOut(2, Buffer.from('good'));
const left = new Promise<Error>((resolve) => port.onGone(resolve));
// None of them is the device's end, though it has no number of its own meanwhile.
for (let count = 0; count < RESETS; count += 1) await device.reset();
const alternates = device.configuration?.interfaces[0]?.alternates.map((one) => one.interfaceName);
// Waiting for a device to leave keeps no process alive by itself.
const alive = setInterval(() => undefined, 1000);
process.stdout.write('waiting\n');
const gone = await left;
clearInterval(alive);
const after = await device.transferOut(2, Buffer.from('late')).catch((error: unknown) => error);
const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);
const said = { places, listed, vendor, refused, echoed, bad, good, alternates };
process.stdout.write(`${JSON.stringify({ ...said, gone: code(gone), after: code(after) })}\n`);
