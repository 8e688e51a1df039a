import type { Response } from '#contract/contract.ts';
import type { ControlSpec } from '#drivers/core/link.ts';
import { viewOf } from '#services/engine/failures.ts';
import type { Site } from '#services/sites/site.ts';
import type { BenchParts } from './bench-parts.ts';

type SelfTest = Response<'bench.selfTest'>;
type Step = SelfTest['steps'][number];
type Parts = Pick<BenchParts, 'drivers' | 'tested'>;

/** Longest time a part may take to say who it is, milliseconds. */
const READ_MS = 30_000;
/** And where a person sets its pins meanwhile. */
const BY_HAND_MS = 300_000;

/**
 * Self-tests of sites: opens port and control lines, looks for a part and lets it identify itself, which takes it through
 * reset. Changes nothing on the part.
 */
export class SelfTests {
  private readonly parts: Parts;
  private readonly running = new Map<string, AbortController>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** Throws AppError `site-not-ready` where a run or an unread part is on the site. */
  run(site: Site): Promise<SelfTest> {
    const { site: id } = site.config;
    return site.exclusively(async () => {
      const stopper = new AbortController();
      this.running.set(id, stopper);
      try {
        return await this.steps(site, stopper.signal);
      } finally {
        this.running.delete(id);
      }
    });
  }

  /** Without effect where none is under way. */
  stop(site: string): void {
    this.running.get(site)?.abort();
  }

  private async steps(site: Site, stop: AbortSignal): Promise<SelfTest> {
    const { link, site: id } = site.config;
    const steps: Step[] = [];
    const told = (...more: Step[]) => {
      steps.push(...more);
      this.parts.tested({ site: id, steps: [...steps] });
    };
    told();
    if (link === null) {
      told({ title: 'Programmer', state: 'failed', detail: 'No programmer is bound to this site.' });
    } else {
      await site.renew();
      told(...wiring(site, link.control));
      const { state, part } = site.view();
      const limit = link.control.kind === 'operator' ? BY_HAND_MS : READ_MS;
      const reads = state !== 'offline' && part !== false;
      told(reads ? await this.identify(id, limit, stop) : skipped('Identify'));
    }
    return { ok: steps.every(({ state }) => state === 'ok' || state === 'skipped'), steps };
  }

  private async identify(site: string, limit: number, stop: AbortSignal): Promise<Step> {
    const title = 'Identify';
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(limit)]);
      const options = { signal, onProgress: () => undefined };
      const { output } = await this.parts.drivers.run(site, 'read-state', {}, options);
      const lock = output.locked ? 'locked' : 'not locked';
      return { title, state: 'ok', detail: `${output.chipUid}, ${output.lifecycle.dlm}, ${lock}` };
    } catch (error) {
      if (stop.aborted)
        return { title, state: 'stopped', detail: 'Stopped before the part had said who it is.' };
      const { what, next } = viewOf(error, null, { phase: 'self-test' });
      return { title, state: 'failed', detail: `${what}. ${next}` };
    }
  }
}

const skipped = (title: string): Step => ({
  title,
  state: 'skipped',
  detail: 'There is nothing to talk to.',
});

/** Port, lines and socket, as the opened link tells them. */
function wiring(site: Site, control: ControlSpec): Step[] {
  const { state, part, error, port } = site.view();
  if (state === 'offline') {
    const detail = error?.what ?? 'The port cannot be opened.';
    return [{ title: 'Open port', state: 'failed', detail }, skipped('Reset and mode'), skipped('Socket')];
  }
  return [
    { title: 'Open port', state: 'ok', detail: port },
    { title: 'Reset and mode', state: 'ok', detail: linesOf(control) },
    presence(part),
  ];
}

function presence(part: boolean | null): Step {
  const title = 'Socket';
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
