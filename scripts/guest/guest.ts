import { initScript } from './init.ts';
import { guestKernel, initramfs } from './initramfs.ts';
import { Machine } from './machine.ts';
import { Shells, type ScriptResult } from './shells.ts';

/** What this guest has beside the others: QEMU's arguments, and the kernel's modules for it. */
export interface GuestHardware {
  arguments: readonly string[];
  modules: readonly string[];
}
const NO_HARDWARE: GuestHardware = { arguments: [], modules: [] };

/**
 * A Linux of Debian's own kernel on a virtual machine without hardware help: a machine with a USB bus, for tests and races
 * where this one has none. Its root is this machine's, read-only: every program that is here is there, at the same path,
 * with the repository. /tmp and /run are the guest's own; there is no udev (devtmpfs names the devices).
 */
export interface Guest {
  /**
   * Runs a shell script in the guest as root, in the folder that this process is in; up to four at once. The script ends
   * at its first failing command (`set -e`). Rejects with everything it said where its exit code is not 0 or it does not
   * end in a minute. It has:
   *   `attach PORT [BUSID]`         imports a device of a USB/IP server on this machine (`usbip attach`), waits until the
   *                                 kernel has enumerated it, and prints its place on the guest's bus (`1-1`)
   *   `keep_attached PORT [BUSID]`  the same in the background until the script ends, each time that a device is there:
   *                                 for one that leaves the bus and comes back as another
   *   `bus_empty`                   succeeds where no device is on the guest's bus
   *   `until_true COMMAND...`       waits at most 50 s until the command succeeds
   *   `until_says FILE WORD`        the same for a word in a file, which is printed where it does not come
   *   `node`                        this project's Node
   * A device stays attached until it leaves: what is on the server is unplugged at the end of a test.
   */
  runInGuest(script: string): Promise<string>;
  /** The same for a script that may fail. */
  tryInGuest(script: string): Promise<ScriptResult>;
  /** What the kernel said, for a test that failed. */
  console(): string;
  close(): Promise<void>;
}

/** Boots a guest; resolves when it takes scripts. Rejects with its console where it does not come up. */
export async function startGuest(hardware = NO_HARDWARE): Promise<Guest> {
  const kernel = guestKernel();
  const shells = await Shells.listen();
  let machine: Machine | null = null;
  const close = async (): Promise<void> => {
    await machine?.stop();
    await shells.close();
  };
  try {
    const initrd = initramfs(kernel, initScript(shells.port), hardware.modules);
    machine = new Machine(kernel.image, initrd, hardware.arguments);
    await Promise.race([shells.ready, machine.ended]);
  } catch (error) {
    await close();
    throw error;
  }
  return guestOn(machine, shells, close);
}

function guestOn(machine: Machine, shells: Shells, close: () => Promise<void>): Guest {
  const tryInGuest = (script: string): Promise<ScriptResult> =>
    Promise.race([shells.run(script), machine.ended]);
  return {
    tryInGuest,
    runInGuest: async (script) => {
      const { code, output } = await tryInGuest(script);
      if (code === 0) return output;
      throw new Error(`in the guest, exit code ${code}:\n${output}\nkernel:\n${machine.tail()}`);
    },
    console: () => machine.tail(),
    close,
  };
}
