import { DriverError } from '#drivers/core/errors.ts';
import type { EspRomClient } from '#drivers/protocols/esp-rom/client.ts';
import type { EspChip } from './chips.ts';

/** SPI: run a command of the user's; it has a command byte, and reads (esptool, `run_spiflash_command`). */
const RUN = 1 << 18;
const HAS_COMMAND = 0x80000000;
const READS = 1 << 28;
/** A command of eight bits: length less one, from bit 28 on. */
const EIGHT_BITS = 7 << 28;
/** JEDEC: read identification; three bytes: maker, type, size as a power of two. */
const READ_ID = 0x9f;
const ID_BITS = 24;
/** Polls of the run bit: a transfer of four bytes is over before the ROM can answer once. */
const POLLS = 10;
/** Sizes that this driver believes: 64 KiB to 64 MiB. */
const SMALLEST = 16;
const LARGEST = 26;

/** Connects the flash and finds out how large it is. Rejects with `device-error` where none answers. */
export async function attachFlash(client: EspRomClient, chip: EspChip): Promise<number> {
  await client.attachFlash();
  const id = await readFlashId(client, chip);
  const power = (id >>> 16) & 0xff;
  if (power < SMALLEST || power > LARGEST)
    throw new DriverError('device-error', 'No flash answers at the chip.', {
      chip: 'untouched',
      context: { flashId: `0x${id.toString(16)}` },
    });
  const bytes = 2 ** power;
  await client.setFlashSize(bytes);
  return bytes;
}

async function readFlashId(client: EspRomClient, { spi }: EspChip): Promise<number> {
  const at = (offset: number): number => spi.base + offset;
  const [user, user2] = [await client.readRegister(at(spi.user)), await client.readRegister(at(spi.user2))];
  await client.writeRegister(at(spi.misoLength), ID_BITS - 1);
  await client.writeRegister(at(spi.user), (HAS_COMMAND | READS) >>> 0);
  await client.writeRegister(at(spi.user2), EIGHT_BITS | READ_ID);
  await client.writeRegister(at(spi.w0), 0);
  await client.writeRegister(at(0), RUN);
  for (let poll = 0; poll < POLLS; poll += 1) {
    if (((await client.readRegister(at(0))) & RUN) === 0) break;
  }
  const id = await client.readRegister(at(spi.w0));
  await client.writeRegister(at(spi.user), user);
  await client.writeRegister(at(spi.user2), user2);
  return id & 0xffffff;
}
