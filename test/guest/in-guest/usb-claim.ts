import { existsSync } from 'node:fs';
import { readLineCoding } from '#drivers/virtual/cdc/line-coding.ts';
import { openUsb } from '#drivers/transports/usb/open-usb.ts';

/**
 * Takes the serial adapter from the kernel's driver, asks it what line coding it was left with, and gives it back:
 * `node usb-claim.ts usb:1-1 TTY`. Prints JSON.
 */
const [path = '', tty = ''] = process.argv.slice(2);
const before = existsSync(tty);
const port = await openUsb(path);
for (const number of [0, 1]) await port.device.claimInterface(number);
const during = existsSync(tty);
const request = { requestType: 'class', recipient: 'interface', request: 0x21, value: 0, index: 0 } as const;
const { data } = await port.device.controlTransferIn(request, 7);
await port.close();
const coding =
  data === undefined ? null : readLineCoding(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
process.stdout.write(`${JSON.stringify({ before, during, coding })}\n`);
