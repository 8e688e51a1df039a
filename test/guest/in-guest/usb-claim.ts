import { existsSync } from 'node:fs';
import { openUsb } from '#drivers/transports/usb/open-usb.ts';

/** Takes the serial adapter from the kernel's driver and gives it back: `node usb-claim.ts usb:1-1 TTY`. Prints JSON. */
const [path = '', tty = ''] = process.argv.slice(2);
const before = existsSync(tty);
const port = await openUsb(path);
for (const number of [0, 1]) await port.device.claimInterface(number);
const during = existsSync(tty);
const request = { requestType: 'class', recipient: 'interface', request: 0x21, value: 0, index: 0 } as const;
const { data } = await port.device.controlTransferIn(request, 7);
await port.close();
process.stdout.write(`${JSON.stringify({ before, during, coding: data?.byteLength })}\n`);
