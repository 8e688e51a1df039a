import type { Response } from '#contract/contract.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { viewOf } from '#services/engine/failures.ts';
import type { Site } from '#services/sites/site.ts';

type SelfTest = Response<'bench.selfTest'>;
type Step = SelfTest['steps'][number];

/** Longest time a part may take to say who it is, milliseconds. */
const READ_MS = 30_000;

/**
 * Opens the port, looks for a part and lets it identify itself. Changes nothing on the part, and is refused where a
 * run or an unread part is on the site.
 */
export async function selfTest(site: Site, drivers: DriverHost): Promise<SelfTest> {
  const steps: Step[] = [];
  const { link, site: id } = site.config;
  if (link === null) {
    steps.push({ title: 'Programmer', state: 'failed', detail: 'No programmer is bound to this site.' });
  } else {
    await site.renew();
    const { state, part, error } = site.view();
    const open = state !== 'offline';
    const reason = error?.what ?? 'The port cannot be opened.';
    steps.push({ title: 'Open port', state: open ? 'ok' : 'failed', detail: open ? link.path : reason });
    steps.push(presence(open, part));
    steps.push(open && part !== false ? await identify(id, drivers) : skipped('Identify'));
  }
  return { ok: steps.every((step) => step.state !== 'failed'), steps };
}

const skipped = (title: string): Step => ({
  title,
  state: 'skipped',
  detail: 'There is nothing to talk to.',
});

function presence(open: boolean, part: boolean | null): Step {
  const title = 'Socket';
  if (!open) return skipped(title);
  if (part === null)
    return { title, state: 'skipped', detail: 'This fixture cannot tell whether a part is in.' };
  return { title, state: 'ok', detail: part ? 'A part is in.' : 'The socket is empty.' };
}

async function identify(site: string, drivers: DriverHost): Promise<Step> {
  const title = 'Identify';
  try {
    const options = { signal: AbortSignal.timeout(READ_MS), onProgress: () => undefined };
    const { output } = await drivers.run(site, 'read-state', {}, options);
    const lock = output.locked ? 'locked' : 'not locked';
    return { title, state: 'ok', detail: `${output.chipUid}, ${output.lifecycle.dlm}, ${lock}` };
  } catch (error) {
    const { what, next } = viewOf(error, null, { phase: 'self-test' });
    return { title, state: 'failed', detail: `${what}. ${next}` };
  }
}
