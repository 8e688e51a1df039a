import { styled } from '@mui/material/styles';
import { useQuery } from '#client/use-query.ts';
import { brand } from '#ui/brand.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Mark } from '#ui/pieces/Mark.tsx';
import { Row } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';

const Page = styled('div')({
  flex: 1,
  minHeight: 0,
  padding: 24,
  display: 'flex',
  flexDirection: 'column',
  gap: 18,
});
const Notices = styled('pre')(({ theme }) => ({
  flex: 1,
  minHeight: 0,
  overflow: 'auto',
  margin: 0,
  padding: 16,
  fontFamily: MONO,
  fontSize: 12.5,
  whiteSpace: 'pre-wrap',
  borderRadius: 10,
  border: `1px solid ${theme.tokens.line}`,
  background: theme.tokens.panel,
}));

/** Version, licence, and the notices of everything bundled. */
export function About() {
  const { data, error, reload } = useQuery('station.about', {});
  return (
    <Page>
      <Row>
        <Mark size={48} />
        <div>
          <Title>{brand.name}</Title>
          <Dim>
            {data ? `Version ${data.version} · ` : ''}Apache License 2.0 · {brand.tagline}
          </Dim>
        </div>
      </Row>
      <Caption>Third-party notices</Caption>
      {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      {!data && !error ? <Loading what="Loading notices" /> : null}
      {data ? <Notices tabIndex={0}>{data.notices}</Notices> : null}
    </Page>
  );
}
