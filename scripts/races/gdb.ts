import { writeFileSync } from 'node:fs';
import type { Peer } from './race.ts';
import { runIn, workFolder } from './work-folder.ts';

/** `load` of an ELF file with one section, as a person at a Black Magic probe does it. */
export const gdb: Peer = {
  name: 'gdb-multiarch',
  prepare: async ({ site, image, address }) => {
    const folder = workFolder();
    writeFileSync(folder.path('in.bin'), image);
    writeFileSync(folder.path('in.s'), '.section .image,"ax"\n.globl _start\n_start: .incbin "in.bin"\n');
    await runIn(folder, 'arm-none-eabi-as', ['-mcpu=cortex-m4', 'in.s', '-o', 'in.o']);
    const place = `--section-start=.image=0x${address.toString(16)}`;
    await runIn(folder, 'arm-none-eabi-ld', [place, 'in.o', '-o', 'in.elf']);
    const commands = [
      ...['set confirm off', 'set architecture arm', `target extended-remote ${site.port}`],
      ...['monitor swdp_scan', 'attach 1', 'file in.elf', 'load', 'detach'],
    ];
    const args = ['-nx', '-batch', ...commands.flatMap((command) => ['-ex', command])];
    return { run: () => runIn(folder, 'gdb-multiarch', args), dispose: folder.dispose };
  },
};
