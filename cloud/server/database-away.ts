/** Connection failures of node:net, and of pg where it has no code for them. */
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH']);
/**
 * SQLSTATE classes and codes (PostgreSQL 15 manual, appendix A): 08 connection exception, 57P01 to 57P03 shutdown and
 * start-up, class 53 insufficient resources (of the server: connections, memory, a limit of its configuration), 25006 a
 * standby; 40001 and 40P01 ask for the same again.
 */
const STATES = /^(08...|57P0[123]|53...|40001|40P01|25006)$/;
/** SQLSTATE disk_full: the server finds no room for a row. Reading goes on; no room for its log is the end of the server. */
const DISK_FULL = '53100';

/** The codes of an error and its causes, itself first. */
function* codesOf(error: unknown): Generator<string> {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as NodeJS.ErrnoException;
    if (code !== undefined) yield code;
  }
}

/** The database has no room for what was to be written: the transaction did not happen, and the same again is harmless. */
export function isDatabaseFull(error: unknown): boolean {
  return [...codesOf(error)].includes(DISK_FULL);
}

/**
 * The database is away, or was while we worked: the transaction did not happen, or nobody knows, and the same again is
 * harmless.
 */
export function isDatabaseAway(error: unknown): boolean {
  if ([...codesOf(error)].some((code) => NETWORK.has(code) || STATES.test(code))) return true;
  for (let each = error; each instanceof Error; each = each.cause)
    // pg has neither class nor code for these two (pg/lib/client.js, pg-pool/index.js).
    if (/^(Connection terminated|timeout exceeded when trying to connect)/.test(each.message)) return true;
  return false;
}
