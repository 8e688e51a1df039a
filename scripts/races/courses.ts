import { randomBytes } from 'node:crypto';
import { mcubootFile } from '#drivers/targets/smp/mcuboot-file.test-support.ts';
import { esptoolJs } from './esptool.ts';
import { gdb } from './gdb.ts';
import type { Course } from './race.ts';
import { stm32flash } from './stm32flash.ts';
import { dfuUtil, openocd } from './usb-programs.ts';

const KIB = 1024;

/** What runs against what. `peer` null: no program that is not ours and writes to this family can be had here. */
export const courses: readonly Course[] = [
  course('ra8m1', 'ra8m1', 0x0200_0000, 320 * KIB, null),
  course('ra6m4', 'ra6m4', 0, 320 * KIB, null),
  course('rx65n', 'rx65n', 0xffe0_0000, 256 * KIB, null),
  course('stm32f4', 'stm32f4', 0x0800_0000, 64 * KIB, stm32flash),
  course('stm32f4-swd', 'bmp', 0x0800_0000, 128 * KIB, gdb),
  { ...course('stm32-dfu', 'dfu', 0x0800_0000, 256 * KIB, null), peerInGuest: dfuUtil },
  { ...course('stm32f0-dap', 'cmsis-dap', 0x0800_0000, 64 * KIB, null), peerInGuest: openocd },
  course('nxp-puf', 'nxp-puf', 0, 128 * KIB, null),
  // Recovery of a build at the highest rate that is tried; the search for it counts.
  { ...course('smp', 'smp', 0, 192 * KIB, null), image: mcubootImage, build: 'built-for 1000000' },
  course('esp32', 'esp32', 0x1_0000, 256 * KIB, esptoolJs),
  course('esp32c3', 'esp32c3', 0x1_0000, 256 * KIB, esptoolJs),
  // One file of a module, in base64 and in lines; its start-up counts.
  course('cordelia', 'cordelia', 0, 32 * KIB, null),
];

function course(
  target: string,
  virtual: string,
  address: number,
  bytes: number,
  peer: Course['peer'],
): Course {
  return { family: target, target, virtual, address, bytes, peer };
}

function mcubootImage(bytes: number): Buffer {
  return Buffer.from(mcubootFile({ body: randomBytes(bytes) }));
}
