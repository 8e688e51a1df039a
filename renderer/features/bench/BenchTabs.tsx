import { styled } from '@mui/material/styles';
import { Link, useLocation } from 'wouter';

const Tabs = styled('nav')({ display: 'flex', gap: 8 });
const Tab = styled(Link)(({ theme }) => ({
  minHeight: 48,
  display: 'inline-flex',
  alignItems: 'center',
  padding: '0 16px',
  borderRadius: 10,
  border: `1px solid transparent`,
  color: theme.tokens.dim,
  textDecoration: 'none',
  '&:hover': { background: theme.tokens.raised },
  '&[aria-current="page"]': {
    color: theme.tokens.text,
    background: theme.tokens.raised,
    borderColor: theme.tokens.line,
    fontWeight: 650,
  },
}));
const PAGES = [
  ['/bench', 'Sites'],
  ['/bench/ports', 'Ports'],
  ['/bench/fixture', 'Fixture'],
  ['/bench/chips', 'Chips'],
] as const;

/** The pages of the bench. */
export function BenchTabs() {
  const [address] = useLocation();
  return (
    <Tabs aria-label="Pages of the bench">
      {PAGES.map(([to, word]) => (
        <Tab key={to} href={to} aria-current={address === to ? 'page' : undefined}>
          {word}
        </Tab>
      ))}
    </Tabs>
  );
}
