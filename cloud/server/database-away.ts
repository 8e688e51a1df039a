/** Connection failures of node:net, and of pg where it has no code for them. */
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH']);
/**
 * SQLSTATE classes and codes (PostgreSQL 15 manual, appendix A): 08 connection exception, 57P01 to 57P03 shutdown and
 * start-up, 53300 too many connections; 40001 and 40P01 ask for the same again.
 */
const STATES = /^(08...|57P0[123]|53300|40001|40P01|25006)$/;

/**
 * The database is away, or was while we worked: the transaction did not happen, or nobody knows, and the same again is
 * harmless.
 */
export function isDatabaseAway(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as NodeJS.ErrnoException;
    if (code !== undefined && (NETWORK.has(code) || STATES.test(code))) return true;
    // pg has neither class nor code for these two (pg/lib/client.js, pg-pool/index.js).
    if (/^(Connection terminated|timeout exceeded when trying to connect)/.test(each.message)) return true;
  }
  return false;
}
