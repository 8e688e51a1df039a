import { DriverError } from '#drivers/core/errors.ts';

const SCHEME = 'usbip:';

export interface UsbIpAddress {
  host: string;
  port: number;
  busid: string;
}

/** `usbip://host:port/busid`. Throws `bad-argument`. */
export function usbIpAddress(path: string): UsbIpAddress {
  const url = URL.canParse(path) ? new URL(path) : null;
  const busid = /^\/(\d+-\d+(?:\.\d+)*)$/.exec(url?.pathname ?? '')?.[1];
  const port = Number(url?.port);
  // A user or a question would be ignored without a word.
  const plain = url !== null && [url.search, url.hash, url.username].every((part) => part === '');
  if (!plain || url.protocol !== SCHEME || url.hostname === '' || !(port > 0) || busid === undefined)
    throw new DriverError('bad-argument', 'Not an address of the form usbip://host:port/1-1.', {
      ...{ chip: 'untouched', context: { path } },
    });
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, busid };
}
