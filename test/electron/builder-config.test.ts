import { join } from 'node:path';
import { DebugLogger } from 'builder-util';
import { getConfig, validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const load = () => getConfig(root, join(root, 'electron-builder.yml'), null);

describe('electron-builder.yml', () => {
  it('holds under electron-builder’s own schema', async () => {
    await expect(validateConfiguration(await load(), new DebugLogger(false))).resolves.toBeUndefined();
  });

  it('is really checked: an option that does not exist is refused', async () => {
    const wrong = { ...(await load()), noSuchOption: true } as never;
    await expect(validateConfiguration(wrong, new DebugLogger(false))).rejects.toThrow(/noSuchOption/);
  });

  it('builds for three systems', async () => {
    const { linux, win, mac } = await load();
    expect([linux?.target, win?.target, mac?.target]).toEqual([['AppImage', 'deb'], ['nsis'], ['dmg']]);
  });

  it('sets the fuses: no Node from outside, encrypted cookies, only our sealed archive', async () => {
    const { electronFuses } = await load();
    expect(electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
    });
  });
});
