import { styled } from '@mui/material/styles';
import type { BenchSite } from '#client/views.ts';
import { Mono } from '#ui/pieces/text.tsx';

const Facts = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'max-content minmax(0, 1fr)',
  gap: '4px 14px',
  margin: '12px 0',
  fontSize: 14,
  '& dt': { color: theme.tokens.dim },
  '& dd': { margin: 0, overflowWrap: 'anywhere' },
}));

/** What a site is wired to. */
export function SiteFacts({ site, target }: { site: BenchSite; target: string }) {
  return (
    <Facts>
      <dt>Chip</dt>
      <dd>{target}</dd>
      <dt>Programmer</dt>
      <dd>{site.programmer}</dd>
      <dt>Port</dt>
      <dd>
        <Mono>{site.port}</Mono>
      </dd>
      {site.location === null ? null : (
        <>
          <dt>Place on the bus</dt>
          <dd>
            <Mono>{site.location}</Mono>
          </dd>
        </>
      )}
      <dt>Reset and mode</dt>
      <dd>{site.control}</dd>
    </Facts>
  );
}
