import { useState } from 'react';
import type { ErrorView } from '#contract/errors.ts';
import { call, viewOf } from '#client/client.ts';
import type { Bench, SelfTest } from '#client/views.ts';
import {
  ATTACH_STEPS,
  beginDraft,
  lackOf,
  stepOfRefusal,
  type AttachStep,
  type Draft,
} from './attach-draft.ts';
import { controlOf } from './wiring.ts';

/** The dialog's steps, what was said in them, and what the station answered. */
export function useAttach(bench: Bench, known: { site?: string; path?: string }, onAttached: () => void) {
  const [step, setStep] = useState<AttachStep>(known.site === undefined ? 'site' : 'port');
  const [draft, setDraft] = useState<Draft>(() => beginDraft(bench, known));
  const [result, setResult] = useState<SelfTest | null>(null);
  const [error, setError] = useState<ErrorView | null>(null);
  const [busy, setBusy] = useState(false);
  const to = (next: AttachStep) => {
    setError(null);
    setResult(null);
    setStep(next);
  };
  const move = (by: 1 | -1) => to(ATTACH_STEPS[ATTACH_STEPS.indexOf(step) + by] ?? step);
  const test = async () => {
    setBusy(true);
    setError(null);
    await call('bench.selfTest', { site: draft.site }).then(setResult, (cause: unknown) =>
      setError(viewOf(cause)),
    );
    setBusy(false);
  };
  const attach = async () => {
    const { site, path, target, wiring, relay } = draft;
    const control = controlOf(wiring, relay);
    if (control === null) return;
    setBusy(true);
    setError(null);
    try {
      await call('bench.attach', { site, path, target, control });
    } catch (cause) {
      const refused = viewOf(cause);
      setStep(stepOfRefusal(refused.code));
      setError(refused);
      setBusy(false);
      return;
    }
    onAttached();
    setStep('test');
    await test();
  };
  return {
    ...{ step, draft, result, error, busy },
    lack: lackOf(step, draft, bench),
    change: (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })),
    back: () => move(-1),
    next: () => (step === 'wiring' ? void attach() : move(1)),
    test: () => void test(),
    rewire: () => to('wiring'),
  };
}
