import type { Connection } from '../connection.ts';
import { sha256, type WriteContext } from '../write-context.ts';

export function settingReads(c: Connection) {
  return {
    get: (key: string): string | null =>
      c.get<{ value: string }>('SELECT value FROM settings WHERE key = ?', key)?.value ?? null,
  };
}

export function settingWrites({ c, audit }: WriteContext) {
  return {
    set(key: string, value: string, actor: string): void {
      c.run(
        'INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        ...[key, value],
      );
      audit(actor, 'setting.set', key, { sha256: sha256(value) });
    },
  };
}
