import type { Response } from '#contract/contract.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { ControlSpec } from '#drivers/core/link.ts';
import { viewOf } from '#services/engine/failures.ts';
import type { Site } from '#services/sites/site.ts';

type SelfTest = Response<'bench.selfTest'>;
type Step = SelfTest['steps'][number];

/** Longest time a part may take to say who it is, milliseconds. */
const READ_MS = 30_000;
/** And where a person sets its pins meanwhile. */
const BY_HAND_MS = 300_000;

/**
 * Opens port and control lines, looks for a part and lets it identify itself, which takes it through reset. Changes
 * nothing on the part, and is refused where a run or an unread part is on the site.
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
    const port = site.view().port;
    steps.push({ title: 'Open port', state: open ? 'ok' : 'failed', detail: open ? port : reason });
    steps.push(
      open
        ? { title: 'Reset and mode', state: 'ok', detail: linesOf(link.control) }
        : skipped('Reset and mode'),
    );
    steps.push(presence(open, part));
    const limit = link.control.kind === 'operator' ? BY_HAND_MS : READ_MS;
    steps.push(open && part !== false ? await identify(id, drivers, limit) : skipped('Identify'));
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

/** What drives them, so that a person can look there. */
function linesOf(control: ControlSpec): string {
  switch (control.kind) {
    case 'bench':
      return 'The virtual bench drives them.';
    case 'relay':
      return control.board === 'gpio'
        ? `GPIO board on ${control.path}: pin ${control.reset} resets, pin ${control.mode} sets the mode.`
        : `Relay board on ${control.path}: channel ${control.reset} resets, channel ${control.mode} sets the mode.`;
    case 'modem-lines': {
      const coupled = control.crossCoupled === true ? ', cross-coupled' : '';
      return `${control.reset.toUpperCase()} resets, ${control.mode.toUpperCase()} sets the mode${coupled}.`;
    }
    case 'operator':
      return 'A person does it when the site asks.';
  }
}

async function identify(site: string, drivers: DriverHost, limit: number): Promise<Step> {
  const title = 'Identify';
  try {
    const options = { signal: AbortSignal.timeout(limit), onProgress: () => undefined };
    const { output } = await drivers.run(site, 'read-state', {}, options);
    const lock = output.locked ? 'locked' : 'not locked';
    return { title, state: 'ok', detail: `${output.chipUid}, ${output.lifecycle.dlm}, ${lock}` };
  } catch (error) {
    const { what, next } = viewOf(error, null, { phase: 'self-test' });
    return { title, state: 'failed', detail: `${what}. ${next}` };
  }
}
