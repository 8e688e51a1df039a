import { styled } from '@mui/material/styles';
import { Link } from 'wouter';
import type { SiteView } from '#contract/sites.ts';
import { useIsLab } from '#client/state/session.ts';
import { inFixtureOrder, useSites } from '#client/state/sites.ts';
import { Scroll, Stack } from '#ui/pieces/layout.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { isFree, placeWords, takenWords } from './lab-sites.ts';

const Page = styled(Scroll)({ flex: 1, padding: '18px 24px' });
const Places = styled('ul')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(220px, 1fr))',
  gap: 12,
  listStyle: 'none',
  margin: 0,
  padding: 0,
});
const Place = styled(Link)(({ theme }) => ({
  display: 'flex',
  flexDirection: 'column',
  gap: 2,
  minHeight: 72,
  padding: '12px 16px',
  borderRadius: 14,
  border: `1px solid ${theme.tokens.edge}`,
  background: theme.tokens.panel,
  color: theme.tokens.text,
  textDecoration: 'none',
  overflowWrap: 'anywhere',
  '&:hover': { background: theme.tokens.raised },
  '& strong': { fontSize: 18 },
}));

/** Which board goes into the lab: the sites that production does not hold. */
export function LabSites() {
  const allowed = useIsLab();
  const { entries, known } = useSites();
  if (!allowed) return <Empty title="The lab is for engineers">Sign in as an engineer or an officer.</Empty>;
  if (!known) return <Loading what="Asking for the sites" />;
  const sites = inFixtureOrder(entries).map(({ view }) => view);
  const free = sites.filter(isFree);
  const taken = sites.filter((site) => !isFree(site));
  return (
    <PageFrame>
      <Page tabIndex={0} role="region" aria-label="Sites for the lab">
        <Stack sx={{ gap: 4 }}>
          <div>
            <Title>Lab</Title>
            <Dim>Opening a board takes its site out of production until it is given back.</Dim>
          </div>
          {free.length === 0 ? <NoneFree any={sites.length > 0} /> : <Free sites={free} />}
          {taken.length === 0 ? null : (
            <Dim>Not free: {taken.map((site) => `${site.id} ${takenWords(site)}`).join(', ')}.</Dim>
          )}
        </Stack>
      </Page>
    </PageFrame>
  );
}

function Free({ sites }: { sites: readonly SiteView[] }) {
  return (
    <Places role="list" aria-label="Free sites">
      {sites.map((site) => (
        <li key={site.id}>
          <Place href={`/bench/lab/${site.id}`}>
            <strong>{site.id}</strong>
            <span>{placeWords(site)}</span>
            <Dim>{site.programmer}</Dim>
          </Place>
        </li>
      ))}
    </Places>
  );
}

function NoneFree({ any }: { any: boolean }) {
  return (
    <Empty title={any ? 'No site is free' : 'No site yet'}>
      {any
        ? 'Let its run end and take the part out, or plug the cable in.'
        : 'Attach a board on the bench first.'}
    </Empty>
  );
}
