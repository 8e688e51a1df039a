import { styled } from '@mui/material/styles';
import { Link, useRoute } from 'wouter';
import { useBatches } from '#client/state/batch.ts';
import { useStation } from '#client/state/station.ts';
import { brand } from '#ui/brand.ts';
import { Mark } from '#ui/pieces/Mark.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { LineChip } from '#ui/pieces/LineChip.tsx';
import { PersonMenu } from './PersonMenu.tsx';
import { chipAndRoot } from '../features/bench/job-words.ts';

const Bar = styled('header')(({ theme }) => ({
  flex: 'none',
  height: 64,
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  padding: '0 24px 0 12px',
  background: theme.tokens.panel,
  borderBottom: `1px solid ${theme.tokens.line}`,
}));
const Home = styled(Link)({ width: 48, height: 48, display: 'grid', placeItems: 'center', borderRadius: 10 });
// A chip to the eye, 48 px to the finger.
const ToSync = styled(Link)({
  position: 'relative',
  borderRadius: 999,
  color: 'inherit',
  textDecoration: 'none',
  '&::after': { content: '""', position: 'absolute', inset: '-8px 0' },
});
const Words = styled('div')({
  flex: 1,
  minWidth: 0,
  '& > *': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
});
const Top = styled('div')({ fontSize: 17, fontWeight: 650, lineHeight: 1.3 });
const Sub = styled('div')(({ theme }) => ({ fontSize: 13, color: theme.tokens.dim }));

function BatchWords({ id }: { id: string }) {
  const batch = useBatches((s) => s.byId.get(id));
  if (!batch) return <StationWords />;
  const { job } = batch;
  return (
    <Words>
      <Top>
        {job.name} · lot {batch.lot}
      </Top>
      <Sub>
        Job {job.id} rev {job.revision} · checksum {job.checksum} · {chipAndRoot(job)}
      </Sub>
    </Words>
  );
}

function StationWords() {
  const station = useStation((s) => s.station);
  return (
    <Words>
      <Top>{station?.brand ?? brand.name}</Top>
      <Sub>
        {station?.name ?? 'Station'}
        {station?.demo === true ? ' · demo station' : ''}
      </Sub>
    </Words>
  );
}

function KeyChip() {
  const vault = useStation((s) => s.station?.vault);
  if (!vault) return null;
  const where = vault.kind === 'demo-file' ? 'demo file' : 'passphrase';
  if (vault.locked) return <StatusChip tone="fail">Key: {where}, locked</StatusChip>;
  return <StatusChip tone={vault.kind === 'demo-file' ? 'unknown' : 'pass'}>Key: {where}</StatusChip>;
}

/** Where we are, how the line and the key are, and who is signed in. */
export function Header() {
  const [, params] = useRoute('/batch/:id/*?');
  const id = params?.id;
  const line = useStation((s) => s.station?.line);
  return (
    <Bar>
      <Home href="/" aria-label="Home">
        <Mark />
      </Home>
      {id === undefined || id === 'prepare' ? <StationWords /> : <BatchWords id={id} />}
      {line ? (
        <ToSync href="/sync">
          <LineChip line={line} />
        </ToSync>
      ) : null}
      <KeyChip />
      <PersonMenu />
    </Bar>
  );
}
