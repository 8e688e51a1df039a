import type { ErrorView } from '#contract/errors.ts';
import type { PhaseView, RunView, SiteState, SiteView } from '#contract/sites.ts';
import { job } from './fixture-batch.ts';

const LIMIT: ErrorView = {
  code: 'limit',
  what: 'Bit error 13.1 %, limit 12 %.',
  chip: 'Not locked.',
  next: 'Put it in the red tray.',
  retry: false,
  details: { measurement: 'Bit error', value: 13.1, limit: 12 },
};
const CABLE: ErrorView = {
  code: 'outcome-unknown',
  what: 'Cable lost during lock.',
  chip: 'It may be locked.',
  next: 'Leave the part in, press Read back.',
  retry: false,
};
const MOVED: ErrorView = {
  code: 'cable-moved',
  what: 'The cable of site B4 belongs at 1-2.3:1.0 and is now at 1-2.4:1.0. The site is off: nobody has said that its socket moved as well.',
  chip: null,
  next: 'Plug the cable back where it was, or have an engineer let the site follow it on the bench page.',
  retry: true,
};
const PORT: ErrorView = {
  code: 'port-gone',
  what: 'The port is gone: /dev/pts/9.',
  chip: null,
  next: 'Plug the programmer in again.',
  retry: true,
};

function phases(current: number, last: PhaseView['state']): PhaseView[] {
  return job.phases.map((phase, index) => ({
    ...phase,
    state: index < current ? 'done' : index === current ? last : 'waiting',
    startedAt: null,
    seconds: index < current ? ([0.3, 0.1, 0.4, 9.8, 3.1, 0.2, 0.6, 1.1][index % 8] ?? null) : null,
    measurements:
      phase.title === 'Quality gate' && index <= current
        ? [
            {
              name: 'Bit error',
              value: last === 'failed' ? 13.1 : 5.8,
              unit: '%',
              min: null,
              max: 12,
              ok: last !== 'failed',
            },
            { name: 'Same ID in tests', value: 10, unit: '', min: 10, max: 10, ok: true },
            { name: 'Enrol score', value: 93, unit: '', min: 70, max: null, ok: true },
          ]
        : [],
  }));
}

interface Plan {
  state: SiteState;
  uid?: string;
  current?: number;
  progress?: RunView['progress'];
  elapsed?: number;
  error?: ErrorView;
  siteError?: ErrorView;
  part?: boolean | null;
  prompt?: SiteView['prompt'];
  lab?: boolean;
}

const LAST: Partial<Record<SiteState, PhaseView['state']>> = {
  running: 'running',
  failed: 'failed',
  unknown: 'unknown',
};

function site(id: string, plan: Plan): SiteView {
  const run: RunView | null =
    plan.current === undefined
      ? null
      : {
          id: `run-${id}`,
          attempt: 1,
          chipUid: `4e4b3439303400${plan.uid ?? '00000000'}17`.slice(0, 14) + (plan.uid ?? '00000000'),
          deviceId: plan.current > 8 ? 'c0ffee12'.repeat(8) : null,
          readingBack: false,
          phases: phases(plan.current, LAST[plan.state] ?? 'done'),
          current: plan.state === 'passed' ? null : plan.current,
          progress: plan.progress ?? null,
          startedAt: '2026-11-23T05:00:00.000Z',
          elapsed: plan.elapsed ?? 0,
          error: plan.error ?? null,
        };
  return {
    id,
    row: id.startsWith('A') ? 0 : 1,
    column: Number(id.slice(1)) - 1,
    programmer: 'Virtual programmer',
    port: '/dev/pts/3',
    virtual: true,
    state: plan.state,
    part: plan.part === undefined ? plan.state !== 'empty' : plan.part,
    run,
    prompt: plan.prompt ?? null,
    lab: plan.lab ?? false,
    error: plan.siteError ?? null,
  };
}

const bytes = (done: number, perSecond: number): RunView['progress'] => ({
  done,
  total: 327_680,
  unit: 'B',
  note: '',
  perSecond,
});
const note = (done: number, total: number, text: string): RunView['progress'] => ({
  done,
  total,
  unit: 'reads',
  note: text,
  perSecond: null,
});

/** The sites of the design's reference picture; `four` is the bench of the demo, `gang` one of 32 sites. */
export function sites(state: string): SiteView[] {
  const eight = [
    site('A1', {
      state: 'running',
      uid: '2d419c07',
      current: 3,
      progress: bytes(219_136, 97_000),
      elapsed: 15.1,
    }),
    site('A2', { state: 'passed', uid: '2d419c11', current: 15, elapsed: 23.2 }),
    site('A3', {
      state: 'running',
      uid: '2d41a03e',
      current: 8,
      progress: note(7, 10, 'Reconstruct test 7 of 10 · bit error 5.8 %'),
      elapsed: 19.6,
    }),
    site('A4', { state: 'passed', uid: '2d419c52', current: 15, elapsed: 23.5 }),
    site('B1', { state: 'failed', uid: '2d419d80', current: 8, elapsed: 20.3, error: LIMIT }),
    site('B2', {
      state: 'running',
      uid: '2d419c66',
      current: 4,
      progress: bytes(242_483, 150_000),
      elapsed: 17.4,
    }),
    site('B3', { state: 'unknown', uid: '2d41a102', current: 13, elapsed: 22.9, error: CABLE }),
    state === 'offline' || state === 'moved'
      ? site('B4', { state: 'offline', siteError: state === 'moved' ? MOVED : PORT })
      : site('B4', { state: 'empty' }),
  ];
  if (state === 'fresh') return eight.map((view) => site(view.id, { state: 'empty' }));
  if (state === 'prompt') {
    const since = '2026-11-23T05:00:00.000Z';
    const asked = { state: 'running', current: 0, elapsed: 4.2 } as const;
    return [
      site('A1', { ...asked, prompt: { id: 'p1', request: 'mode-boot', since } }),
      site('A2', { ...asked, prompt: { id: 'p2', request: 'reset', since } }),
      site('A3', { state: 'empty', lab: true }),
      site('A4', { state: 'ready', part: null }),
    ];
  }
  if (state === 'four') {
    return [eight[0], eight[1], eight[4], eight[6]].flatMap((view, column) =>
      view ? [{ ...view, id: `A${column + 1}`, row: 0, column }] : [],
    );
  }
  if (state === 'gang') {
    return Array.from({ length: 32 }, (_, index) => {
      const view = eight[index % 8];
      const row = Math.floor(index / 8);
      return { ...(view as SiteView), id: `${'ABCD'[row]}${(index % 8) + 1}`, row, column: index % 8 };
    });
  }
  return eight;
}
