import type { GuestPeer } from './race.ts';

/** Erases what it writes, as it always does, and does not read back, as our `program` does not. */
export const dfuUtil: GuestPeer = {
  name: 'dfu-util',
  command: (file, address) => `dfu-util -a 0 -s ${address} -D ${file}`,
  start: 'dfu-util --version',
};

/** Its own script for the part, with that script's SWD clock; `program` without `verify`. */
export const openocd: GuestPeer = {
  name: 'openocd',
  command: (file, address) =>
    `openocd -f interface/cmsis-dap.cfg -c 'cmsis_dap_backend usb_bulk' -f target/stm32f0x.cfg -c 'program ${file} ${address} exit'`,
  start: 'openocd --version',
};
