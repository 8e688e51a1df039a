import { writeFileSync } from 'node:fs';
import type { Peer } from './race.ts';
import { runIn, workFolder } from './work-folder.ts';

/** Writes without verifying, as our `program` does; 8N1, as a pseudo-terminal drops the parity that it checks. */
export const stm32flash: Peer = {
  name: 'stm32flash',
  prepare: ({ site, image, address }) => {
    const folder = workFolder();
    writeFileSync(folder.path('in.bin'), image);
    const start = `0x${address.toString(16)}`;
    // Its own highest rate; erases the pages that the image covers, as this station does.
    const args = ['-m', '8n1', '-b', '115200', '-w', folder.path('in.bin'), '-S', start, site.port];
    return Promise.resolve({ run: () => runIn(folder, 'stm32flash', args), dispose: folder.dispose });
  },
};
