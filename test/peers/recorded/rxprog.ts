import { copyFileSync, writeFileSync } from 'node:fs';
import { toSRecord } from '#drivers/images/writers.test-support.ts';
import type { Peer } from '#scripts/races/race.ts';
import { runIn, workFolder } from '#scripts/races/work-folder.ts';

/** The last page of the blocks of 32 KiB and the first ones of those of 8 KiB. */
export const RXPROG_ADDRESS = 0xfffe_ff00;
/** It asks for the control lines of its port, and a pseudo-terminal has none: all are said to be off. */
const LINES = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/ioctl.h>
int ioctl(int port, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void *at = va_arg(rest, void *);
  va_end(rest);
  if (request == TIOCMGET) *(int *)at = 0;
  if (request == TIOCMGET || request == TIOCMSET) return 0;
  return ((int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl"))(port, request, at);
}
`;
/** A record of no data is too short for its reader. */
const NO_DATA = /^S5.*\n/m;

/**
 * hirakuni45/RX, `rxprog` 1.61 (MIT as its files say; the repository's own licence is BSD, three clauses), in no package:
 * `RXPROG` names the folder where `rx_prog` was built, with an `rx_prog.conf`. As when it was recorded, it may know RX65N and RX72T alone,
 * and its readers of files, text and settings may be stand-ins: what it says to the part is in `rx65x_protocol.hpp`
 * and `rx72t_protocol.hpp`, `rs232c_io.hpp`, `rx_prog.hpp` and `main.cpp`. Blank flash first, then the same again over what stands there. Needs `cc`.
 */
export const rxprog = (device: 'RX65N' | 'RX72T'): Peer => ({
  name: 'rxprog',
  prepare: async ({ site, hands, image, address }) => {
    const built = process.env['RXPROG'];
    if (built === undefined) throw new RangeError('RXPROG names no folder with rxprog in it');
    const folder = workFolder();
    copyFileSync(`${built}/rx_prog.conf`, folder.path('rx_prog.conf'));
    writeFileSync(folder.path('in.mot'), toSRecord([{ address, bytes: image }]).replace(NO_DATA, ''));
    writeFileSync(folder.path('lines.c'), LINES);
    await runIn(folder, 'cc', ['-shared', '-fPIC', '-o', 'lines.so', 'lines.c']);
    const tool = [`LD_PRELOAD=${folder.path('lines.so')}`, `${built}/rx_prog`];
    const options = [`--device=${device}`, '--speed=230400', `--port=${site.port}`];
    const once = async (...steps: string[]): Promise<void> => {
      await hands.reset();
      await runIn(folder, 'env', [...tool, ...options, ...steps, 'in.mot']);
    };
    const run = async (): Promise<void> => {
      await once('--erase', '--write', '--verify');
      await once('--erase', '--write', '--verify');
    };
    return { run, dispose: folder.dispose };
  },
});
