import { readFileSync } from 'node:fs';
import { loadTarget } from '#drivers/targets/registry.ts';
import { operatorLines } from '#drivers/transports/control/operator.ts';
import { listUsb } from '#drivers/transports/usb/open-usb.ts';
import { imageOf, programOnce } from '../our-run.ts';

/**
 * One run of this station's driver on the guest's bus: `node lap.ts TARGET PATH ADDRESS FILE`. Prints its seconds. What a
 * station has done by then is done before: the driver is loaded, the bus was looked at.
 */
const [target = '', path = '', address = '', file = ''] = process.argv.slice(2);
const driver = await loadTarget(target);
const image = imageOf(readFileSync(file), Number(address));
await listUsb();
const started = performance.now();
const tidy = await programOnce(driver, path, operatorLines(), image);
process.stdout.write(`${(performance.now() - started) / 1000}\n`);
await tidy();
