import { styled } from '@mui/material/styles';
import { Link } from 'wouter';
import { brand } from '#ui/brand.ts';
import { Mark } from '#ui/pieces/Mark.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { useLine } from '../client/line.ts';
import { useMay, useSession } from '../client/session.ts';
import { PersonMenu } from './PersonMenu.tsx';

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
const Words = styled('div')({
  flex: 1,
  minWidth: 0,
  '& > *': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
});
const Top = styled('div')({ fontSize: 17, fontWeight: 650, lineHeight: 1.3 });
const Sub = styled('div')(({ theme }) => ({ fontSize: 13, color: theme.tokens.dim }));

/** Which cloud and tenant this is, whether it answers, and who is signed in. */
export function Header() {
  const session = useSession((s) => s.session);
  const line = useLine((s) => s.line);
  const mayChange = useMay('planner');
  return (
    <Bar>
      <Home href="/" aria-label="To the fleet">
        <Mark />
      </Home>
      <Words>
        <Top>{session?.cloud}</Top>
        <Sub>
          {session && session.tenant.name !== session.cloud ? session.tenant.name : `${brand.name} cloud`}
        </Sub>
      </Words>
      {mayChange ? null : <StatusChip tone="idle">Read only</StatusChip>}
      <StatusChip tone={line === 'open' ? 'pass' : 'unknown'}>
        {line === 'open' ? 'Connected' : 'No answer'}
      </StatusChip>
      <PersonMenu />
    </Bar>
  );
}
