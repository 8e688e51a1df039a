import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fromDebian, headLines } from '../peers/recorded/head.ts';
import { openTappedSite } from '../peers/recorded/usb-tap.ts';
import { startGuest } from '#scripts/guest/guest.ts';

/**
 * Writes down what an independent program in the guest and a simulated device say to each other over USB, as the device
 * hears it: `node test/guest/record-usb.ts openocd-cmsis-dap`. Played again by test/peers/recorded-usb.test.ts.
 */
interface Take {
  debian: string;
  target: string;
  /** Few bytes: what is recorded is how a program speaks. */
  image: Uint8Array;
  /** For the guest, with the device on its bus, `/tmp/in.bin` the image and GUEST_FUNCTIONS. */
  script: readonly string[];
}

/** `fails COMMAND...`: the command must; `there WORD`: until dfu-util lists a device that is in that mode. */
const GUEST_FUNCTIONS = [
  'fails() { ! "$@"; }',
  'lists() { dfu-util -l | grep -q "Found $1"; }; there() { until_true lists "$1"; }',
].join('\n');

const openocd = (commands: string): string =>
  `openocd -f interface/cmsis-dap.cfg -c 'cmsis_dap_backend usb_bulk' -f target/stm32f0x.cfg -c '${commands}'`;
const READ = 'echo [read_memory 0x08000000 32 2]';
/** Stack, entry, and a branch to itself: what is started stays where it is. */
const STANDS_STILL = Buffer.from('001000200900000800000000fee7', 'hex');
const stm32 = 'dfu-util -a 0 -s 0x08003f00';
/** Option bytes of an STM32F4 at level 1. */
const LEVEL_1 = Buffer.from('ef55ffffffffffffff0fffffffffffff', 'hex').toString('base64');
const CALL = 'there Runtime; dfu-util -e -E 0 -d 1209:0001; there DFU';

const TAKES: Readonly<Record<string, Take>> = {
  'openocd-cmsis-dap': {
    ...{ debian: 'openocd', target: 'cmsis-dap', image: Buffer.concat([STANDS_STILL, randomBytes(686)]) },
    script: [
      openocd('program /tmp/in.bin 0x08000000 verify reset exit'),
      openocd('init; reset halt; stm32f1x lock 0; reset halt; shutdown'),
      `fails ${openocd(`init; reset halt; ${READ}; shutdown`)}`,
      openocd(`init; reset halt; stm32f1x unlock 0; reset halt; ${READ}; shutdown`),
    ],
  },
  // Over the border of two sectors, and of two blocks.
  'dfu-util-stm32f4': {
    ...{ debian: 'dfu-util', target: 'dfu', image: randomBytes(3000) },
    script: [
      `there DFU; ${stm32} -D /tmp/in.bin`,
      `${stm32}:3000 -U /tmp/out.bin; cmp /tmp/in.bin /tmp/out.bin`,
      'dfu-util -a 1 -s 0x1FFFC000:16 -U /tmp/options.bin',
      `echo ${LEVEL_1} | base64 -d > /tmp/level-1`,
      'dfu-util -a 1 -s 0x1FFFC000:will-reset -D /tmp/level-1 || true',
      `there DFU; fails ${stm32}:16 -U /tmp/no.bin`,
      'dfu-util -a 0 -s 0x08000000:unprotect:force -D /dev/null || true',
      `there DFU; ${stm32}:16 -U /tmp/blank.bin; od -An -tx1 /tmp/blank.bin`,
      'dfu-util -a 0 -s 0x08000000:leave -D /tmp/in.bin',
    ],
  },
  'dfu-util-dfu11': {
    ...{ debian: 'dfu-util', target: 'dfu11', image: randomBytes(1500) },
    script: [
      'cp /tmp/in.bin /tmp/in.dfu; dfu-suffix -v 1209 -p 0002 -a /tmp/in.dfu',
      CALL,
      // It resets a device that has left the bus by then, says "Done!" and ends with 74.
      'dfu-util -d ,1209:0002 -D /tmp/in.dfu | tee /tmp/said; grep "^Done!" /tmp/said',
      CALL,
      'dfu-util -d ,1209:0002 -U /tmp/out.bin; cmp /tmp/in.bin /tmp/out.bin',
    ],
  },
};

const [name = ''] = process.argv.slice(2);
const take = TAKES[name];
if (take === undefined) throw new RangeError(`one of ${Object.keys(TAKES).join(', ')}`);
const guest = await startGuest();
const site = await openTappedSite(take.target);
const image = Buffer.from(take.image);
const said = await guest.runInGuest(
  [
    `${GUEST_FUNCTIONS}\necho ${image.toString('base64')} | base64 -d > /tmp/in.bin`,
    `set +e; keep_attached ${site.port}; set -e`,
    'until_true test -s /sys/bus/usb/devices/1-1/serial',
    ...take.script,
  ].join('\n'),
);
process.stdout.write(said);
const head = headLines({
  ...{ program: fromDebian(take.debian), by: `test/guest/record-usb.ts ${name}` },
  ...{ target: take.target, uid: site.uid },
});
const lines = [...head, `image ${image.toString('hex')}`, ...site.lines, ''];
writeFileSync(new URL(`../peers/recorded/${name}.txt`, import.meta.url), lines.join('\n'));
await site.close();
await guest.close();
