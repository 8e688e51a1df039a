import { ESPLoader, Transport } from 'esptool-js';
import type { Peer } from './race.ts';
import { PortOnBench } from './web-serial-port.ts';

/** Its program for the chip's RAM needs a processor: without it, it speaks to the ROM, as with `--no-stub`. */
export function romOnly(loader: ESPLoader): ESPLoader {
  loader.runStub = () => {
    loader.FLASH_WRITE_SIZE = 0x400;
    return Promise.resolve(loader.chip);
  };
  return loader;
}

export const silence = { clean: () => undefined, writeLine: () => undefined, write: () => undefined };
export const KEEP = { flashSize: 'keep', flashMode: 'keep', flashFreq: 'keep', eraseAll: false } as const;

/** Compressed, at the rate that it is told: it takes no higher one by itself. */
export const esptoolJs: Peer = {
  name: 'esptool-js',
  prepare: ({ site, hands, image, address }) => {
    const transport = new Transport(new PortOnBench(site.port, hands));
    const loader = romOnly(new ESPLoader({ transport, baudrate: 921_600, terminal: silence }));
    const run = (): Promise<void> =>
      quietly(async () => {
        await loader.main();
        await loader.flashSpiAttach(0);
        const fileArray = [{ data: Uint8Array.from(image), address }];
        await loader.writeFlash({ ...KEEP, compress: true, fileArray });
      });
    return Promise.resolve({ run, dispose: () => quietly(() => transport.disconnect()) });
  },
};

/** It traces to the console whatever it is told. */
async function quietly(work: () => Promise<void>): Promise<void> {
  const { log } = console;
  console.log = () => undefined;
  try {
    await work();
  } finally {
    console.log = log;
  }
}
