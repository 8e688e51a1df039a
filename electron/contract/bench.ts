import { z } from 'zod';
import { channel, done, floor, lab, nothing, siteId } from './channel.ts';
import { errorView } from './errors.ts';

export const benchSite = z.strictObject({
  id: siteId,
  row: z.number().int(),
  column: z.number().int(),
  programmer: z.string(),
  target: z.string(),
  port: z.string(),
  /** USB topology that the site is bound to; null for ports that have none. */
  location: z.string().nullable(),
  /** The cable of this site is at another place of the bus: where it was bound, where it was seen. */
  moved: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
  /** Taken out of production by the lab. */
  lab: z.boolean(),
  control: z.string(),
  online: z.boolean(),
  error: errorView.nullable(),
  virtual: z.boolean(),
});

export const selfTestStep = z.strictObject({
  title: z.string(),
  /** `stopped`: by a person, while it was under way. */
  state: z.enum(['ok', 'failed', 'skipped', 'stopped']),
  detail: z.string(),
});

/** The steps of a self-test that are done so far; none when it has just begun. */
export const selfTestView = z.strictObject({ site: siteId, steps: z.array(selfTestStep) });
export type SelfTestView = z.infer<typeof selfTestView>;

const site = z.strictObject({ site: siteId });
const channelNumber = z.number().int().min(0).max(64);

const controlChoice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('modem-lines'),
    reset: z.enum(['dtr', 'rts']),
    mode: z.enum(['dtr', 'rts']),
    contact: z.enum(['cts', 'dsr']).optional(),
    /** Two transistors between the lines, as on ESP boards. */
    crossCoupled: z.boolean().optional(),
  }),
  /** Two channels of a board on a serial port of its own: relays, counted from 1 to 64, or pins, from 0 to 31. */
  z.strictObject({
    kind: z.literal('relay'),
    board: z.enum(['relays', 'gpio']).optional(),
    path: z.string().min(1).max(256),
    reset: channelNumber,
    mode: channelNumber,
  }),
  z.strictObject({ kind: z.literal('operator') }),
]);

/** A fixture as people see it: what stands where. Places may be empty. */
export const fixtureLayout = z.strictObject({
  rows: z.number().int().min(1).max(16),
  columns: z.number().int().min(1).max(16),
  places: z
    .array(
      z.strictObject({
        site: siteId,
        row: z.number().int().min(0).max(15),
        column: z.number().int().min(0).max(15),
      }),
    )
    .max(256),
});
export type FixtureLayout = z.infer<typeof fixtureLayout>;

const reach = z.enum(['bytes', 'usb', 'tool']);

export const benchChannels = {
  'bench.get': channel(
    'signed-in',
    nothing,
    z.strictObject({
      sites: z.array(benchSite),
      layout: fixtureLayout,
      ports: z.array(
        z.strictObject({
          path: z.string(),
          title: z.string(),
          site: z.string().nullable(),
          reach,
          location: z.string().nullable(),
        }),
      ),
      /** `family`: the heading that a list puts it under. */
      targets: z.array(z.strictObject({ id: z.string(), title: z.string(), family: z.string(), reach })),
    }),
  ),
  /** Opens the port, pulses reset, reads the signature: changes nothing on the part. */
  'bench.selfTest': channel(lab, site, z.strictObject({ ok: z.boolean(), steps: z.array(selfTestStep) })),
  /** Ends a self-test that is under way; its own call answers with what was done until then. */
  'bench.stopTest': channel(lab, site, done),
  /** Binds a port of the list, or an address that was typed (`tcp://host:port`, `usbip://host:port/1-1`), to a site. */
  'bench.attach': channel(
    lab,
    z.strictObject({
      site: siteId,
      path: z.string().min(1).max(256),
      target: z.string(),
      control: controlChoice,
    }),
    benchSite,
  ),
  /** Binds a site whose cable was moved to where the cable is now. */
  'bench.follow': channel(lab, site, benchSite),
  /** Places sites on the fixture. Refused where it would drop a bound site, or one of the virtual bench. */
  'bench.setLayout': channel(lab, fixtureLayout, fixtureLayout),
  'bench.detach': channel(lab, site, done),
  /** The operator's hands on a virtual bench. */
  'virtual.insert': channel(floor, site, done),
  'virtual.remove': channel(floor, site, done),
  'virtual.cable': channel(floor, z.strictObject({ site: siteId, plugged: z.boolean() }), done),
  /** Name of a fault of the virtual bench (docs/virtual-bench.md), or null to clear. */
  'virtual.fault': channel(
    lab,
    z.strictObject({ site: siteId, fault: z.string().max(200).nullable() }),
    done,
  ),
};
