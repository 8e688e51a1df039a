import { styled } from '@mui/material/styles';
import { inFixtureOrder, useSites } from '#client/state/sites.ts';
import { SitePrompt } from './SitePrompt.tsx';

const Ask = styled('section')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 16,
  padding: '12px 16px',
  borderRadius: 10,
  border: `2px solid ${theme.tokens.tone.unknown.frame}`,
  '& > strong': { fontSize: 20 },
  '& > div': { flex: 1 },
}));

/** What fixtures without lines ask of a hand, where no card of a running batch shows it. `site`: of that one only. */
export function OpenPrompts({ site }: { site?: string }) {
  const entries = useSites((state) => state.entries);
  const asked = inFixtureOrder(entries).filter(
    ({ view }) => view.prompt !== null && (site === undefined || view.id === site),
  );
  return asked.map(({ view }) => (
    <Ask key={view.id} aria-label={`Site ${view.id} asks`}>
      <strong>{view.id}</strong>
      <SitePrompt site={view} />
    </Ask>
  ));
}
