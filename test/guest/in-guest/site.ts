import type { LinkSpec } from '#drivers/core/link.ts';
import type { HostEvent } from '#drivers/core/host-api.ts';
import { seatOf } from '#drivers/host/seat.ts';
import { Site } from '#drivers/host/site.ts';
import { loadTarget } from '#drivers/targets/registry.ts';
import { PortBus } from '#drivers/transports/port-bus.ts';

/**
 * A site as the driver process has it, on a port that vanishes and comes back: `node site.ts TARGET LINK`, the link as JSON.
 * Prints `open PATH` and the part's unique id, then what happens to the port; each time that it is back, its part's again. Ends
 * at the first that it could ask.
 */
const [target = '', link = ''] = process.argv.slice(2);
const spec = JSON.parse(link) as LinkSpec;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const back = Promise.withResolvers<undefined>();
// A site that waits for its port keeps no process alive by itself.
const alive = setInterval(() => undefined, 1000);
const bus = new PortBus();
const images = {
  get: () => {
    throw new RangeError('no image is used');
  },
};

function hear(event: HostEvent): void {
  if (event.type === 'port-gone') say('port-gone');
  if (event.type === 'cable-moved') say(`cable-moved ${event.from} ${event.to} ${event.path}`);
  // A fixture without lines: its operator does at once what is asked.
  if (event.type === 'prompt') site.answer(event.id);
  if (event.type !== 'port-back') return;
  say(`port-back ${event.path}`);
  back.resolve(undefined);
}

const context = { signal: new AbortController().signal, progress: () => undefined };
async function identify(): Promise<void> {
  const { output } = await site.run('identify', { target }, context);
  say(`part ${output.chipUid}`);
}

const driver = await loadTarget(target);
const site = new Site('A1', spec, { driver, images, emit: hear, seat: seatOf(spec, bus, () => []) });
const { path } = await site.open();
say(`open ${path}`);
await identify();
await back.promise;
await identify();
clearInterval(alive);
await site.close();
bus.close();
