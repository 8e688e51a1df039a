import { styled } from '@mui/material/styles';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import type { Shape } from '#ui/outcome/outcome.ts';
import { Panel } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';

const Page = styled('div')({
  flex: 1,
  minHeight: 0,
  overflow: 'auto',
  padding: '16px 24px 24px',
  display: 'grid',
  placeItems: 'center',
});
const Box = styled(Panel)({ maxWidth: 820, padding: '28px 36px 30px' });
const Head = styled('h2')({ margin: 0, fontSize: 24, fontWeight: 700 });
const Points = styled('ul')({
  listStyle: 'none',
  margin: '20px 0 0',
  padding: 0,
  display: 'grid',
  gap: 16,
  '& li': { display: 'flex', gap: 14 },
  '& svg': { flex: 'none', marginTop: 1 },
});
const BRINGS: readonly { shape: Shape; what: string; more: string }[] = [
  {
    shape: 'circle',
    what: 'Records go up by themselves',
    more: 'Each finished unit is in the cloud within seconds, and after weeks without a line all of them, once.',
  },
  {
    shape: 'circle',
    what: 'Orders and revocations come down',
    more: 'Signed jobs with their allowance, and what must no longer be trusted. Each is checked before it counts.',
  },
  {
    shape: 'ready',
    what: 'No network here? The same by courier',
    more: 'Sealed files on a stick, both ways. The station joins with an invitation file instead of an address.',
  },
];

/** A station without a cloud: what is missing, and what joining would bring. */
export function NoCloud() {
  return (
    <Page>
      <Box aria-label="No cloud" data-testid="line" data-state="none">
        <Head>This station belongs to no cloud yet</Head>
        <div style={{ marginTop: 6 }}>
          It works without one: everything made here is kept here and can be exported. Joining adds:
        </div>
        <Points>
          {BRINGS.map(({ shape, what, more }) => (
            <li key={what}>
              <OutcomeIcon shape={shape} tone={shape === 'circle' ? 'pass' : 'run'} size={24} />
              <div>
                <b>{what}</b>
                <div>
                  <Dim>{more}</Dim>
                </div>
              </div>
            </li>
          ))}
        </Points>
      </Box>
    </Page>
  );
}
