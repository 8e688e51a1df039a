import type { PersonRow } from '../api.ts';
import type { Connection } from '../connection.ts';
import { StoreError } from '../errors.ts';
import type { WriteContext } from '../write-context.ts';

const COLUMNS = `id, name, role, pin_hash AS pinHash, badge_hash AS badgeHash, failed_attempts AS failedAttempts,
  locked_until AS lockedUntil`;

export function peopleReads(c: Connection) {
  return {
    list: (): PersonRow[] => c.all(`SELECT ${COLUMNS} FROM people ORDER BY id`),
    get: (id: string): PersonRow | null =>
      c.get<PersonRow>(`SELECT ${COLUMNS} FROM people WHERE id = ?`, id) ?? null,
    byBadge: (badgeHash: string): PersonRow | null =>
      c.get<PersonRow>(`SELECT ${COLUMNS} FROM people WHERE badge_hash = ?`, badgeHash) ?? null,
  };
}

export function peopleWrites({ c, audit }: WriteContext) {
  return {
    put(person: PersonRow, actor: string): void {
      const { id, name, role, pinHash, badgeHash, failedAttempts, lockedUntil } = person;
      c.run(
        `INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
         role = excluded.role, pin_hash = excluded.pin_hash, badge_hash = excluded.badge_hash,
         failed_attempts = excluded.failed_attempts, locked_until = excluded.locked_until`,
        ...[id, name, role, pinHash, badgeHash, failedAttempts, lockedUntil],
      );
      audit(actor, 'person.put', id, { name, role, badge: badgeHash !== null });
    },
    noteAttempt(id: string, failedAttempts: number, lockedUntil: string | null): void {
      const changed = c.run(
        'UPDATE people SET failed_attempts = ?, locked_until = ? WHERE id = ?',
        ...[failedAttempts, lockedUntil, id],
      );
      if (changed === 0) throw new StoreError('not-found', `no person ${id}`, { person: id });
      audit(id, 'person.attempt', id, { failedAttempts, lockedUntil });
    },
  };
}
