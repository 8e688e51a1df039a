import { styled } from '@mui/material/styles';
import { inFixtureOrder, useSites } from '#client/state/sites.ts';
import { fractionOf, lookOf } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';

const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(76px, 1fr))',
  gap: 8,
});
const Cell = styled('div')(({ theme }) => ({
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  gap: 5,
  padding: '10px 4px',
  borderRadius: 10,
  background: theme.tokens.raised,
  border: `1px solid ${theme.tokens.line}`,
  fontWeight: 700,
}));
const Word = styled(Dim)({ fontWeight: 500, fontSize: 12, textAlign: 'center', lineHeight: 1.2 });

/** The sites at a glance. */
export function SiteMap() {
  const sites = inFixtureOrder(useSites((s) => s.entries)).map((entry) => entry.view);
  const online = sites.filter((site) => site.state !== 'offline' && !site.lab).length;
  return (
    <Panel aria-label="Sites">
      <Caption>
        Sites · {online} of {sites.length} can work
      </Caption>
      {sites.length === 0 ? (
        <Dim>No site yet. An engineer attaches programmers on the Bench screen.</Dim>
      ) : null}
      <Grid>
        {sites.map((site) => (
          <Cell key={site.id}>
            {site.id}
            <OutcomeIcon
              shape={lookOf(site).shape}
              tone={lookOf(site).tone}
              size={26}
              fraction={fractionOf(site.run)}
            />
            <Word>{lookOf(site).word}</Word>
          </Cell>
        ))}
      </Grid>
    </Panel>
  );
}
