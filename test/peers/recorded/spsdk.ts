import { writeFileSync } from 'node:fs';
import type { Peer } from '#scripts/races/race.ts';
import { runIn, workFolder } from '#scripts/races/work-folder.ts';

/**
 * Its package files are left aside: they load its USB and image halves, with packages that no Debian has. On a pseudo-terminal
 * a discarded output is what the other end has not read yet; on a line it is what has not left, and there is none after flush().
 */
const ON_PORT = `
import os, sys, types
import serial
checkout, port, address, image = sys.argv[1], sys.argv[2], int(sys.argv[3]), open('in.bin', 'rb').read()
def package(name, **names):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(checkout, *name.split('.'))]
    module.__dict__.update(names)
for name in ('spsdk', 'spsdk.utils', 'spsdk.image', 'spsdk.mboot', 'spsdk.mboot.interfaces'):
    package(name)
package('spsdk.image.misc', size_fmt=str)
serial.Serial.reset_output_buffer = lambda self: None
from spsdk.mboot.interfaces.base import Interface
sys.modules['spsdk.mboot.interfaces'].Interface = Interface
from spsdk.mboot.interfaces.uart import Uart
from spsdk.mboot.mcuboot import McuBoot
PAGE, KEY_STORE = 512, 0x9E600
def expect(what, found, wanted=True):
    if found != wanted: sys.exit(f'{what}: {found!r}, not {wanted!r}')
def refused(what, done, status):
    expect(what, (not done, boot.status_code), (True, status))
boot = McuBoot(Uart(port, 115200))
boot.open()
`;

/** Statuses are those of its error_codes.py. */
const MEMORY_AND_KEYS = `
expect('properties', len(boot.get_property_list()) > 10)
expect('memories', sorted(boot.get_memory_list()), ['internal_flash', 'internal_ram'])
expect('erase', boot.flash_erase_region(address, -(-len(image) // PAGE) * PAGE))
refused('read of a blank page', boot.read_memory(address, 16), 10211)
expect('write', boot.write_memory(address, image))
expect('read back', boot.read_memory(address, len(image)) == image)
refused('second write', boot.write_memory(address, image), 10203)
refused('key before enrolment', boot.kp_set_intrinsic_key(12, 32), 1)
expect('enroll', boot.kp_enroll())
expect('set_key UDS', boot.kp_set_intrinsic_key(12, 32))
expect('set_user_key SBKEK', boot.kp_set_user_key(3, bytes(range(32))))
expect('write_key_nonvolatile', boot.kp_write_nonvolatile())
store = boot.kp_read_key_store()
expect('key store', len(store), 3 * PAGE)
expect('key store in flash', boot.read_memory(KEY_STORE, PAGE) == store[:PAGE])
open('store.bin', 'wb').write(store)
expect('reset', boot.reset(reopen=False))
`;

const AFTER_A_RESET = `
store = open('store.bin', 'rb').read()
refused('key without enrolment', boot.kp_set_intrinsic_key(12, 32), 1)
expect('read_key_nonvolatile', boot.kp_read_nonvolatile())
expect('key store', boot.kp_read_key_store() == store)
expect('write_key_store', boot.kp_write_key_store(store) and boot.kp_write_nonvolatile())
expect('erase all', boot.flash_erase_all())
refused('a command that is not there', boot.fill_memory(0x20000000, 16), 10000)
`;

/**
 * NXP's own SPSDK (BSD-3-Clause), what its `blhost` is made of, in no package of Debian: `SPSDK` names a checkout of version
 * 1.4.0. Properties, erase, write, read back, refusals, all seven key operations. Needs Debian's python3-serial,
 * python3-construct and python3-crcmod.
 */
export const spsdk: Peer = {
  name: 'spsdk',
  prepare: ({ site, hands, image, address }) => {
    const checkout = process.env['SPSDK'];
    if (checkout === undefined) throw new RangeError('SPSDK names no checkout of nxp-mcuxpresso/spsdk 1.4.0');
    const folder = workFolder();
    writeFileSync(folder.path('in.bin'), image);
    const python = (session: string): Promise<void> => {
      writeFileSync(folder.path('session.py'), ON_PORT + session);
      return runIn(folder, '/usr/bin/python3', ['session.py', checkout, site.port, String(address)]);
    };
    const run = async (): Promise<void> => {
      await python(MEMORY_AND_KEYS);
      // The program's own reset leaves no mark between its bytes, and a ping must not be played before the part is up.
      await hands.reset();
      await python(AFTER_A_RESET);
    };
    return Promise.resolve({ run, dispose: folder.dispose });
  },
};
