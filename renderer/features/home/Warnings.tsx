import { useStation } from '#client/state/station.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import type { Tone } from '#ui/theme/tokens.ts';
import { Dim } from '#ui/pieces/text.tsx';

const TONES: Record<'info' | 'warning' | 'error', Tone> = { info: 'run', warning: 'unknown', error: 'fail' };

/** Said by the banner on every screen already. */
const IN_BANNER = 'demo-key';

/** Warnings that matter, each with what to do about it. */
export function Warnings() {
  const warnings = useStation((s) => s.station?.warnings);
  const shown = warnings?.filter(({ id }) => id !== IN_BANNER) ?? [];
  return shown.map((warning) => (
    <Notice key={warning.id} tone={TONES[warning.level]}>
      <b>{warning.text}</b>
      <br />
      <Dim>{warning.next}</Dim>
    </Notice>
  ));
}
