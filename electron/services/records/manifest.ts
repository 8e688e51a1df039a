import { z } from 'zod';
import { hex64, instant } from '#contract/channel.ts';

/** Name inside the export: one folder deep at most, so that no path can leave it. */
const path = z.string().regex(/^(?:[a-z]+\/)?[\w-][\w.-]*$/);
const fileEntry = z.strictObject({ path, sha256: hex64, bytes: z.number().int().min(0) });
export type FileEntry = z.infer<typeof fileEntry>;

/** What the station signs: few fields, and one digest over the list of files, so that a list of any length streams. */
const manifestHead = z.strictObject({
  format: z.literal('rootline-manifest/1'),
  station: z.string(),
  batch: z.uuid(),
  lot: z.string(),
  job: z.string(),
  madeAt: instant,
  units: z.number().int(),
  files: z.number().int(),
  /** SHA-256 over `<sha256>  <path>\n` of every file in order: what `sha256sum` prints. */
  filesSha256: hex64,
});
export type ManifestHead = z.infer<typeof manifestHead>;
export const manifestSchema = z.strictObject({
  files: z.array(fileEntry),
  manifest: manifestHead,
  jws: z.string(),
});

/** One line of the digest over the list. */
export function digestLine(entry: FileEntry): string {
  return `${entry.sha256}  ${entry.path}\n`;
}

/** The parts of `manifest.json` as text: written one by one, and put together again to compare every byte. */
export const manifestText = {
  begin: '{"files":[\n',
  entry: (entry: FileEntry, first: boolean) => `${first ? '' : ',\n'}${JSON.stringify(entry)}`,
  end: (head: ManifestHead, jws: string) =>
    `\n],\n"manifest":${JSON.stringify(head, null, 1)},\n"jws":${JSON.stringify(jws)}}\n`,
};
