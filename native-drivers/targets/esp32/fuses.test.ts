import { describe, expect, it } from 'vitest';
import type { EspRomClient } from '#drivers/protocols/esp-rom/client.ts';
import { Efuses, firstLayout, laterLayout } from '#drivers/virtual/esp32/efuses.ts';
import { chips } from './chips.ts';
import { Efuse } from './efuse.ts';
import { burnFuse, fuseNames } from './fuses.ts';

/** The simulated controller without a ROM in front: its cells can be looked into. */
function onController(target: 'esp32' | 'esp32c3') {
  const chip = chips[target];
  const cells = new Efuses(target === 'esp32' ? firstLayout : laterLayout);
  const registers: Pick<EspRomClient, 'readRegister' | 'writeRegister'> = {
    readRegister: (address) => Promise.resolve(cells.readRegister(address - chip.efuse.base)),
    writeRegister: (address, value) => {
      if (cells.writeRegister(address - chip.efuse.base, value)) cells.burn(value);
      return Promise.resolve();
    },
  };
  const efuse = new Efuse(registers as EspRomClient, chip);
  return { cells, burn: (fuse: string, value: Uint8Array) => burnFuse(efuse, chip, fuse, value) };
}

const counting = Uint8Array.from({ length: 32 }, (_, index) => index);

describe('keys and digests in their blocks', () => {
  it('ESP32: the key from its other end in block 1, hidden and kept; the digest as it is in block 2', async () => {
    const { cells, burn } = onController('esp32');
    await burn('flash-encryption-key', counting);
    await burn('secure-boot-digest-0', counting);
    expect([...cells.burned(1).subarray(0, 32)]).toEqual([...counting].reverse());
    expect([...cells.burned(2).subarray(0, 32)]).toEqual([...counting]);
    // WR_DIS bits 7 and 8, RD_DIS bit 0 (esp32.yaml).
    expect(cells.word(0, 0)).toBe((1 << 7) | (1 << 8) | (1 << 16));
    expect(cells.word(1, 0)).toBe(0);
  });

  it('ESP32-C3: each in a free block, with its purpose, and that kept', async () => {
    const { cells, burn } = onController('esp32c3');
    await burn('secure-boot-digest-1', counting);
    await burn('flash-encryption-key', counting);
    expect([...cells.burned(4).subarray(0, 32)]).toEqual([...counting]);
    expect([...cells.burned(5).subarray(0, 32)]).toEqual([...counting].reverse());
    // KEY_PURPOSE_0 is SECURE_BOOT_DIGEST1, KEY_PURPOSE_1 XTS_AES_128_KEY (esp32c3/fields.py).
    expect(cells.word(0, 2) >>> 24).toBe((4 << 4) | 10);
    // WR_DIS: purposes 8 and 9, blocks 23 and 24; RD_DIS: key 1 (esp32c3.yaml).
    expect(cells.word(0, 0)).toBe((1 << 8) | (1 << 9) | (1 << 23) | (1 << 24));
    expect(cells.word(0, 1)).toBe(1 << 1);
  });

  it('ESP32-C3: three digests and a key fit; the key not into the last block', async () => {
    const { burn } = onController('esp32c3');
    for (const index of [0, 1, 2])
      await burn(
        `secure-boot-digest-${index}`,
        counting.map((byte) => byte ^ index),
      );
    await burn('flash-encryption-key', counting);
    await expect(burn('flash-encryption-key', counting)).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('ESP32-C3: no key once read protection is locked, as it could not be hidden', async () => {
    const { cells, burn } = onController('esp32c3');
    await burn('secure-boot-digest-0', counting);
    await burn('read-protection-lock', Uint8Array.of(1));
    await expect(burn('flash-encryption-key', counting)).rejects.toMatchObject({ code: 'wrong-state' });
    expect(cells.burned(5).every((byte) => byte === 0)).toBe(true);
  });

  it('leave no key in the registers they were burned from', async () => {
    for (const [target, from] of [
      ['esp32', 0x98],
      ['esp32c3', 0],
    ] as const) {
      const { cells, burn } = onController(target);
      await burn('flash-encryption-key', counting);
      for (let at = 0; at < 44; at += 4) expect(cells.readRegister(from + at)).toBe(0);
    }
  });
});

it('names that a chip has', () => {
  expect(fuseNames(chips.esp32)).toContain('secure-boot-digest-0');
  expect(fuseNames(chips.esp32)).not.toContain('secure-boot-digest-1');
  expect(fuseNames(chips.esp32c3)).toContain('secure-download');
});
