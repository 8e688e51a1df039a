import type { AnyTargetDriver, TargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { VirtualTarget } from '#drivers/virtual/target.ts';

/** One line per family; its code is loaded when a site asks for it. */
interface TargetEntry {
  id: string;
  title: string;
  /** The heading that a list puts it under. */
  family: string;
  /** How its parts are reached: what a bench screen asks for. `bytes` where nothing is said. */
  reach?: 'usb' | 'tool';
  /** The part is the device on USB itself: an empty socket is an empty place on the bus. */
  partIsPort?: true;
  load(): Promise<AnyTargetDriver>;
  /** The family's simulated chip, where it lives in the family's own folder; it has the target's id. */
  simulator?: () => Promise<VirtualTarget>;
}

export const targets: readonly TargetEntry[] = [
  {
    id: 'ra8m1',
    title: 'Renesas RA8M1',
    family: 'Renesas RA',
    load: async () =>
      (await import('./ra8/driver.ts')).ra8Driver(
        { target: 'ra8m1', productPrefix: 'R7FA8M1' },
        'Renesas RA8M1',
      ),
  },
  {
    id: 'stm32f4',
    title: 'ST STM32F405/407',
    family: 'ST STM32',
    load: async () => {
      const [{ stm32Driver }, { stm32f4 }] = await Promise.all([
        import('./stm32/driver.ts'),
        import('./stm32/families.ts'),
      ]);
      return stm32Driver(stm32f4);
    },
  },
  {
    id: 'stm32f4-swd',
    title: 'ST STM32F405/407 on a debug probe',
    family: 'Debug probes',
    load: () => gdb('stm32f4Swd'),
  },
  {
    id: 'stm32f0-swd',
    title: 'ST STM32F07x on a debug probe',
    family: 'Debug probes',
    load: () => gdb('stm32f0Swd'),
  },
  {
    id: 'qemu-netduinoplus2',
    title: 'STM32F405 in QEMU (netduinoplus2)',
    family: 'Debug probes',
    load: () => gdb('netduinoPlus2'),
  },
  { id: 'ra6m4', title: 'Renesas RA6M4', family: 'Renesas RA', load: () => raGen1('ra6m4') },
  { id: 'ra6m5', title: 'Renesas RA6M5', family: 'Renesas RA', load: () => raGen1('ra6m5') },
  { id: 'ra4m2', title: 'Renesas RA4M2', family: 'Renesas RA', load: () => raGen1('ra4m2') },
  { id: 'ra4m3', title: 'Renesas RA4M3', family: 'Renesas RA', load: () => raGen1('ra4m3') },
  { id: 'rx65n', title: 'Renesas RX65N', family: 'Renesas RX', load: () => rx('rx65n') },
  { id: 'rx72t', title: 'Renesas RX72T', family: 'Renesas RX', load: () => rx('rx72t') },
  { id: 'rx72m', title: 'Renesas RX72M', family: 'Renesas RX', load: () => rx('rx72m') },
  { id: 'esp32', title: 'Espressif ESP32', family: 'Espressif ESP32', load: () => esp('esp32') },
  { id: 'esp32c3', title: 'Espressif ESP32-C3', family: 'Espressif ESP32', load: () => esp('esp32c3') },
  { id: 'esp32s3', title: 'Espressif ESP32-S3', family: 'Espressif ESP32', load: () => esp('esp32s3') },
  { id: 'esp32c6', title: 'Espressif ESP32-C6', family: 'Espressif ESP32', load: () => esp('esp32c6') },
  { id: 'nxp-puf', title: 'NXP LPC55S69', family: 'NXP LPC', load: nxp },
  {
    id: 'cordelia',
    title: 'Würth Cordelia-I',
    family: 'Modules',
    load: async () => (await import('./cordelia/driver.ts')).cordelia,
    simulator: async () => (await import('./cordelia/simulator/target.ts')).cordelia,
  },
  {
    id: 'vendor-tool',
    title: 'Programmer with its maker’s tool',
    family: 'Programmers with their own tool',
    reach: 'tool',
    load: async () => (await import('./vendor-tool/driver.ts')).vendorTool,
  },
  {
    id: 'atecc608',
    title: 'Microchip ATECC608',
    family: 'Secure elements',
    load: async () => (await import('./atecc608/driver.ts')).atecc608Driver,
  },
  {
    id: 'tpm2',
    title: 'TPM 2.0',
    family: 'Secure elements',
    load: async () => (await import('./tpm2/driver.ts')).tpm2Driver,
  },
  {
    id: 'smp',
    title: 'MCUboot / MCUmgr over serial (SMP)',
    family: 'MCUboot and Zephyr',
    load: async () => (await import('./smp/driver.ts')).smpDriver,
  },
  {
    id: 'stm32-dfu',
    title: 'ST STM32 over USB (DfuSe)',
    family: 'ST STM32',
    reach: 'usb',
    partIsPort: true,
    load: async () => (await import('./dfu/stm32-driver.ts')).stm32Dfu,
  },
  {
    id: 'dfu',
    title: 'Device with USB DFU 1.1',
    family: 'USB DFU',
    reach: 'usb',
    partIsPort: true,
    load: async () => (await import('./dfu/plain-driver.ts')).plainDfu,
  },
  {
    id: 'stm32f0-dap',
    title: 'ST STM32F07x on a CMSIS-DAP probe',
    family: 'Debug probes',
    reach: 'usb',
    load: async () => {
      const [{ stm32f0DapDriver }, { stm32f072 }] = await Promise.all([
        import('./cmsis-dap/driver.ts'),
        import('./cmsis-dap/device.ts'),
      ]);
      return stm32f0DapDriver(stm32f072);
    },
  },
];

async function gdb(device: 'stm32f4Swd' | 'stm32f0Swd' | 'netduinoPlus2'): Promise<TargetDriver> {
  const [{ gdbDriver }, devices] = await Promise.all([import('./gdb/driver.ts'), import('./gdb/device.ts')]);
  return gdbDriver(devices[device]);
}

async function rx(family: 'rx65n' | 'rx72t' | 'rx72m'): Promise<TargetDriver> {
  const [{ rxDriver }, families] = await Promise.all([import('./rx/driver.ts'), import('./rx/families.ts')]);
  return rxDriver(families[family]);
}

async function raGen1(family: 'ra6m4' | 'ra6m5' | 'ra4m2' | 'ra4m3'): Promise<TargetDriver> {
  const [{ gen1Driver }, families] = await Promise.all([
    import('./ra-gen1/driver.ts'),
    import('./ra-gen1/families.ts'),
  ]);
  return gen1Driver(families[family]);
}

async function nxp(): Promise<TargetDriver> {
  const [{ nxpDriver }, { nxpPuf }] = await Promise.all([
    import('./nxp/driver.ts'),
    import('./nxp/families.ts'),
  ]);
  return nxpDriver(nxpPuf);
}

async function esp(chip: 'esp32' | 'esp32c3' | 'esp32s3' | 'esp32c6'): Promise<TargetDriver> {
  const [{ espDriver }, { chips }] = await Promise.all([
    import('./esp32/driver.ts'),
    import('./esp32/chips.ts'),
  ]);
  return espDriver(chips[chip]);
}

/** The family of a target, by which driver processes are kept apart; an id that no entry has is a family of its own. */
export const familyOf = (id: string): string => targets.find((target) => target.id === id)?.family ?? id;

/** Rejects with `unsupported` for an id that no entry has. */
export async function loadTarget(id: string): Promise<AnyTargetDriver> {
  const entry = targets.find((target) => target.id === id);
  if (entry !== undefined) return entry.load();
  throw new DriverError('unsupported', 'There is no driver for this target.', {
    chip: 'untouched',
    context: { target: id },
  });
}

/** A target on a serial port or TCP; `unsupported` for one that is reached otherwise. */
export async function loadBytesTarget(id: string): Promise<TargetDriver> {
  const driver = await loadTarget(id);
  if (driver.reach !== 'usb' && driver.reach !== 'tool') return driver;
  throw new DriverError('unsupported', 'This target is not reached by a serial port.', {
    chip: 'untouched',
    context: { target: id },
  });
}
