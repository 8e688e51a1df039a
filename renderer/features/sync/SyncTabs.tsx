import { styled } from '@mui/material/styles';
import { Link, useLocation } from 'wouter';
import { useRole } from '#client/state/session.ts';

const Bar = styled('nav')({ display: 'flex', gap: 6 });
const Tab = styled(Link)(({ theme }) => ({
  minHeight: 48,
  display: 'flex',
  alignItems: 'center',
  padding: '0 18px',
  borderRadius: 10,
  border: '2px solid transparent',
  color: theme.tokens.dim,
  textDecoration: 'none',
  '&:hover': { background: theme.tokens.raised },
  '&[aria-current="page"]': {
    color: theme.tokens.text,
    fontWeight: 650,
    background: theme.tokens.raised,
    borderColor: theme.tokens.line,
  },
}));
const PARTS = [
  { href: '/sync', word: 'Line' },
  { href: '/sync/courier', word: 'Courier' },
  { href: '/sync/targets', word: 'Targets' },
] as const;

const isHere = (href: string, here: string): boolean =>
  here === href || (href !== '/sync' && here.startsWith(`${href}/`));

/** The parts of Sync. Targets are the engineer's and the auditor's matter. */
export function SyncTabs() {
  const [here] = useLocation();
  const role = useRole();
  const parts = role === 'operator' ? PARTS.filter(({ word }) => word !== 'Targets') : PARTS;
  return (
    <Bar aria-label="Parts of Sync">
      {parts.map(({ href, word }) => (
        <Tab key={href} href={href} aria-current={isHere(href, here) ? 'page' : undefined}>
          {word}
        </Tab>
      ))}
    </Bar>
  );
}
