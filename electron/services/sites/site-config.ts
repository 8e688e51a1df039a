import { z } from 'zod';
import { siteId } from '#contract/channel.ts';

const control = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bench'), socket: z.string() }),
  z.strictObject({
    kind: z.literal('modem-lines'),
    reset: z.enum(['dtr', 'rts']),
    mode: z.enum(['dtr', 'rts']),
    contact: z.exactOptional(z.enum(['cts', 'dsr'])),
    crossCoupled: z.exactOptional(z.boolean()),
  }),
  z.strictObject({
    kind: z.literal('relay'),
    board: z.exactOptional(z.enum(['relays', 'gpio'])),
    path: z.string().min(1),
    location: z.exactOptional(z.string()),
    reset: z.number().int().min(0),
    mode: z.number().int().min(0),
  }),
  z.strictObject({ kind: z.literal('operator') }),
]);

/** The USB adapter that a site was bound to: how it is known again at another place. */
const adapter = z.strictObject({ vendorId: z.string(), productId: z.string(), serialNumber: z.string() });

const link = z.strictObject({
  path: z.string().min(1),
  location: z.exactOptional(z.string()),
  adapter: z.exactOptional(adapter),
  control,
});

/** One socket of the fixture and the programmer that serves it. `link` null: nothing is attached. */
export const siteConfig = z.strictObject({
  site: siteId,
  row: z.number().int().min(0),
  column: z.number().int().min(0),
  link: link.nullable(),
  target: z.string(),
  programmer: z.string(),
  virtual: z.boolean(),
});
export type SiteConfig = z.infer<typeof siteConfig>;

const label = /^([A-Z]+)(\d+)$/;

/** Where a label stands on the fixture: `A1` first row, first column; `C4` third row, fourth column. */
export function placeOf(site: string): { row: number; column: number } {
  const [, letters = 'A', number = '1'] = label.exec(site) ?? [];
  const row = Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { row, column: Math.max(0, Number(number) - 1) };
}

/** Settings key of the bench's real sites; virtual ones live as long as their bench and are never stored. */
export const BENCH_SETTING = 'bench.sites';

/** Reads the setting; null or anything that is no list of sites is an empty bench, which the bench page can repair. */
export function parseBench(text: string | null): SiteConfig[] {
  if (text === null) return [];
  try {
    return z.array(siteConfig).parse(JSON.parse(text));
  } catch {
    return [];
  }
}
