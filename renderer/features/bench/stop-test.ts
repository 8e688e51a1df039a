import { call } from '#client/client.ts';

/** The call of the test itself answers then. One that has just ended has nothing to stop: its result is on the screen. */
export function stopTest(site: string): void {
  void call('bench.stopTest', { site }).catch(console.error);
}
