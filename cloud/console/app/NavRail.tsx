import { styled } from '@mui/material/styles';
import { Link, useLocation } from 'wouter';
import { isAt, type Place } from './navigation.ts';

const Rail = styled('nav')(({ theme }) => ({
  flex: 'none',
  width: 176,
  display: 'flex',
  flexDirection: 'column',
  gap: 2,
  padding: '12px 8px',
  overflow: 'auto',
  background: theme.tokens.panel,
  borderRight: `1px solid ${theme.tokens.line}`,
}));
const Item = styled(Link)(({ theme }) => ({
  flex: 'none',
  minHeight: 48,
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  padding: '0 12px',
  borderRadius: 10,
  border: '2px solid transparent',
  fontSize: 14.5,
  color: theme.tokens.dim,
  textDecoration: 'none',
  '& svg': { fontSize: 21 },
  '&:hover': { background: theme.tokens.raised },
  '&[aria-current="page"]': {
    color: theme.tokens.text,
    background: theme.tokens.raised,
    borderColor: theme.tokens.line,
    fontWeight: 650,
  },
}));

/** The places that this role has. */
export function NavRail({ places }: { places: readonly Place[] }) {
  const [address] = useLocation();
  return (
    <Rail aria-label="Places">
      {places.map((place) => (
        <Item
          key={place.address}
          href={place.address}
          aria-current={isAt(address, place) ? 'page' : undefined}
        >
          <place.icon />
          {place.word}
        </Item>
      ))}
    </Rail>
  );
}
