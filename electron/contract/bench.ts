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
  control: z.string(),
  online: z.boolean(),
  error: errorView.nullable(),
  virtual: z.boolean(),
});

export const selfTestStep = z.strictObject({
  title: z.string(),
  state: z.enum(['ok', 'failed', 'skipped']),
  detail: z.string(),
});

const site = z.strictObject({ site: siteId });

export const benchChannels = {
  'bench.get': channel(
    'signed-in',
    nothing,
    z.strictObject({
      sites: z.array(benchSite),
      ports: z.array(z.strictObject({ path: z.string(), title: z.string(), site: z.string().nullable() })),
      targets: z.array(z.strictObject({ id: z.string(), title: z.string() })),
    }),
  ),
  /** Opens the port, pulses reset, reads the signature: changes nothing on the part. */
  'bench.selfTest': channel(lab, site, z.strictObject({ ok: z.boolean(), steps: z.array(selfTestStep) })),
  /** Bind a serial port of a real board to a site. */
  'bench.attach': channel(
    lab,
    z.strictObject({
      site: siteId,
      path: z.string().min(1).max(256),
      target: z.string(),
      control: z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('modem-lines'),
          reset: z.enum(['dtr', 'rts']),
          mode: z.enum(['dtr', 'rts']),
          contact: z.enum(['cts', 'dsr']).optional(),
        }),
        z.strictObject({ kind: z.literal('operator') }),
      ]),
    }),
    benchSite,
  ),
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
