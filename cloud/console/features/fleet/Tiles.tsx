import { styled } from '@mui/material/styles';
import { Link } from 'wouter';
import type { OverviewView } from '#cloud/contract/views.ts';
import { count } from '#ui/format.ts';
import { plural } from '#cloud/console/pieces/words.ts';

const Grid = styled('div')({ display: 'grid', gridTemplateColumns: 'repeat(4, minmax(0, 1fr))', gap: 16 });
const Tile = styled(Link)(({ theme }) => ({
  display: 'block',
  padding: '14px 18px',
  borderRadius: 14,
  border: `${theme.tokens.frameWidth > 2 ? 2 : 1}px solid ${theme.tokens.line}`,
  background: theme.tokens.panel,
  color: theme.tokens.text,
  textDecoration: 'none',
  '&:hover': { background: theme.tokens.raised },
}));
const Name = styled('span')(({ theme }) => ({ display: 'block', color: theme.tokens.dim, fontSize: 13.5 }));
const Number = styled('b')({ fontSize: 34, fontWeight: 750, lineHeight: 1.25, letterSpacing: -0.5 });
const Of = styled('span')(({ theme }) => ({ color: theme.tokens.dim, fontSize: 19, fontWeight: 650 }));

/** The four numbers that are looked at first; each leads to its list. */
export function Tiles({ overview: { units, stations, batches, orders } }: { overview: OverviewView }) {
  const tiles = [
    {
      to: '/units',
      name: 'Passed today',
      value: units.today,
      of: null,
      sub: `${count(units.total)} units in all`,
    },
    {
      to: '/stations',
      name: 'Stations online',
      value: stations.online,
      of: stations.total,
      sub: `${count(stations.late)} late · ${count(stations.invited)} invited`,
    },
    {
      to: '/batches',
      name: 'Open batches',
      value: batches.open,
      of: null,
      sub: `${count(batches.closed)} closed`,
    },
    {
      to: '/orders',
      name: 'Left to make',
      value: Math.max(0, orders.allowance - orders.used),
      of: orders.allowance,
      sub: `${count(orders.open)} open ${plural(orders.open, 'order')}`,
    },
  ];
  return (
    <Grid>
      {tiles.map(({ to, name, value, of, sub }) => (
        <Tile key={name} href={to}>
          <Name>{name}</Name>
          <Number>{count(value)}</Number>
          {of === null ? null : <Of> / {count(of)}</Of>}
          <Name>{sub}</Name>
        </Tile>
      ))}
    </Grid>
  );
}
