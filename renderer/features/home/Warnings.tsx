import { useStation } from '#client/state/station.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import { Dim } from '#ui/pieces/text.tsx';

const TONES: Record<'info' | 'warning' | 'error', Tone> = { info: 'run', warning: 'unknown', error: 'fail' };

/** Warnings that matter, each with what to do about it. */
export function Warnings() {
  const warnings = useStation((s) => s.station?.warnings);
  return (warnings ?? []).map((warning) => (
    <Notice key={warning.id} tone={TONES[warning.level]}>
      <b>{warning.text}</b>
      <br />
      <Dim>{warning.next}</Dim>
    </Notice>
  ));
}
