import type { ControlSpec } from '#drivers/core/link.ts';
import { loadBytesTarget } from '#drivers/targets/registry.ts';
import { openModemLines } from '#drivers/transports/control/modem-lines.ts';
import { openSerial } from '#drivers/transports/serial.ts';

/**
 * Identifies the part on a port and lets it run again: `node stm32.ts PORT CONTROL`, where CONTROL is the modem lines of a
 * ControlSpec as JSON.
 */
type ModemSpec = Extract<ControlSpec, { kind: 'modem-lines' }>;
const [path = '', spec = ''] = process.argv.slice(2);
const driver = await loadBytesTarget('stm32f4');
const transport = await openSerial(path, 9600, driver.parity);
const control = await openModemLines(transport.modem, JSON.parse(spec) as ModemSpec);
const session = driver.open(
  { transport, control },
  {
    get: () => {
      throw new RangeError('no image is used');
    },
  },
);
const context = { signal: new AbortController().signal, progress: () => undefined };
const present = await control.presence();
const { output } = await session.run('identify', { target: 'stm32f4' }, context);
await session.close();
await control.setMode('run');
await control.reset();
await control.close();
await transport.close();
process.stdout.write(`${JSON.stringify({ present, ...output })}\n`);
