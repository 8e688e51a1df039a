import { Site } from '#drivers/host/site.ts';
import { loadTarget } from '#drivers/targets/registry.ts';

/**
 * A site as the driver process has it, on a port that vanishes and comes back: `node hot-plug.ts TARGET PATH`. Prints
 * `open`, then each event's type; ends after `port-back`.
 */
const [target = '', path = ''] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const back = Promise.withResolvers<undefined>();
// A site that waits for its port keeps no process alive by itself.
const alive = setInterval(() => undefined, 1000);
const images = {
  get: () => {
    throw new RangeError('no image is used');
  },
};
const site = await Site.open(
  'A1',
  { path, control: { kind: 'operator' } },
  { driver: await loadTarget(target), images },
  (event) => {
    say(event.type);
    if (event.type === 'port-back') back.resolve(undefined);
  },
);
say('open');
await back.promise;
clearInterval(alive);
await site.close();
