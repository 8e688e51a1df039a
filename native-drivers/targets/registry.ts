import type { TargetDriver } from '#drivers/core/driver.ts';
import { DriverError } from '#drivers/core/errors.ts';

/** One line per family; its code is loaded when a site asks for it. */
interface TargetEntry {
  id: string;
  title: string;
  load(): Promise<TargetDriver>;
}

export const targets: readonly TargetEntry[] = [
  {
    id: 'ra8m1',
    title: 'Renesas RA8M1',
    load: async () =>
      (await import('./ra8/driver.ts')).ra8Driver(
        { target: 'ra8m1', productPrefix: 'R7FA8M1' },
        'Renesas RA8M1',
      ),
  },
  {
    id: 'stm32f4',
    title: 'ST STM32F405/407',
    load: async () => {
      const [{ stm32Driver }, { stm32f4 }] = await Promise.all([
        import('./stm32/driver.ts'),
        import('./stm32/families.ts'),
      ]);
      return stm32Driver(stm32f4);
    },
  },
];

/** Rejects with `unsupported` for an id that no entry has. */
export async function loadTarget(id: string): Promise<TargetDriver> {
  const entry = targets.find((target) => target.id === id);
  if (entry !== undefined) return entry.load();
  throw new DriverError('unsupported', 'There is no driver for this target.', {
    chip: 'untouched',
    context: { target: id },
  });
}
