import { createHash, randomBytes } from 'node:crypto';
import { ESPLoader, Transport } from 'esptool-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { KEEP, romOnly, silence } from '#scripts/races/esptool.ts';
import { PortOnBench } from '#scripts/races/web-serial-port.ts';

describe.each([
  { target: 'esp32', name: 'ESP32-D0WD-V3 (revision 3)', chip: 'ESP32' },
  { target: 'esp32c3', name: 'ESP32-C3 (QFN32) (revision v0.4)', chip: 'ESP32-C3' },
  { target: 'esp32s3', name: 'ESP32-S3 (QFN56) (revision v0.4)', chip: 'ESP32-S3' },
  { target: 'esp32c6', name: 'ESP32-C6 (revision 4)', chip: 'ESP32-C6' },
])('esptool-js on a simulated $chip', ({ target, name, chip }) => {
  let bench: Bench;
  let hands: BenchControl;
  let loader: ESPLoader;
  let transport: Transport;
  let description: string;
  beforeAll(async () => {
    bench = await openBench({ target, sites: 1, speed: 'max' });
    hands = await openBenchControl(bench.sites[0]!.control);
    // It traces to the console whatever it is told.
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const port = new PortOnBench(bench.sites[0]!.port, hands);
    transport = new Transport(port);
    loader = romOnly(new ESPLoader({ transport, baudrate: 460_800, terminal: silence }));
    description = await loader.main();
  });
  afterAll(async () => {
    await transport.disconnect();
    await hands.close();
    await bench.close();
    vi.restoreAllMocks();
  });

  it('knows the chip, its address and its flash, and changes the rate', async () => {
    expect(description).toBe(name);
    expect(loader.chip.CHIP_NAME).toBe(chip);
    const mac = (await loader.chip.readMac(loader)).replaceAll(':', '');
    expect(mac).toBe((await hands.status()).uid);
    expect((await loader.readFlashId()) >>> 16).toBe(0x16);
    expect(Math.abs((await hands.status()).baudRate - 460_800)).toBeLessThan(460_800 * 0.03);
  });

  it('is told that a write needs the flash attached', async () => {
    await expect(loader.flashDeflBegin(4096, 100, 0x10000)).rejects.toThrow(/status 1,6/);
  });

  it.each([true, false])('writes flash, compressed %s, and reads the digest of it', async (compress) => {
    const data = new Uint8Array(Buffer.concat([randomBytes(3000), Buffer.alloc(9000, 0x5a)]));
    await loader.flashSpiAttach(0);
    await loader.writeFlash({ ...KEEP, compress, fileArray: [{ data, address: 0x10000 }] });
    // It shows the ROM's text as hex of hex.
    const text = Buffer.from(await loader.flashMd5sum(0x10000, data.length), 'hex').toString('latin1');
    expect(text).toBe(createHash('md5').update(data).digest('hex'));
  });
});
