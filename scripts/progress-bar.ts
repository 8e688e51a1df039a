const WIDTH = 30;

/** One bar on a terminal; silent where standard error is not one. */
export function drawProgress(done: number, total: number, failed: number): void {
  if (!process.stderr.isTTY) return;
  const full = Math.round((done / total) * WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
  const trouble = failed === 0 ? '' : `, ${failed} failed`;
  process.stderr.write(`\r${bar} ${done} of ${total} units${trouble}\x1b[K${done === total ? '\n' : ''}`);
}
