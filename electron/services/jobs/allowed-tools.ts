import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ToolDescription } from '#drivers/core/tool.ts';

/** In the data folder, writable by whoever may run the station: a job can come from afar, what it may start cannot. */
export const TOOLS_FILE = 'tools.json';

const allowed = z.strictObject({
  tools: z.array(z.strictObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })).max(100),
});

/** True where this station's own list has that program. A list that is not there, or does not hold, allows nothing. */
export async function isToolAllowed(dataDir: string, tool: ToolDescription): Promise<boolean> {
  const text = await readFile(join(dataDir, TOOLS_FILE), 'utf8').catch(() => null);
  const list = text === null ? null : parsed(text);
  if (list === null) return false;
  const wanted = Buffer.from(tool.sha256, 'hex');
  return list.tools.some(
    ({ path, sha256 }) => path === tool.path && timingSafeEqual(Buffer.from(sha256, 'hex'), wanted),
  );
}

function parsed(text: string): z.infer<typeof allowed> | null {
  try {
    return allowed.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
