/** UPDATE and DELETE are refused, and so is writing at or before the head (INSERT OR REPLACE). */
export const appendOnly = (table: string, order = 'sequence'): string => `
  CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
    BEGIN SELECT RAISE (ABORT, '${table} is append-only'); END;
  CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
    BEGIN SELECT RAISE (ABORT, '${table} is append-only'); END;
  CREATE TRIGGER ${table}_no_rewrite BEFORE INSERT ON ${table}
    WHEN NEW.${order} <= (SELECT max(${order}) FROM ${table})
    BEGIN SELECT RAISE (ABORT, '${table} is append-only'); END;`;
