import { styled } from '@mui/material/styles';
import type { BatchView } from '#contract/batches.ts';
import { count } from '#ui/format.ts';
import { Dim } from '#ui/pieces/text.tsx';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'minmax(90px, 1.1fr) 1fr 32px',
  gap: 10,
  alignItems: 'center',
  fontSize: 13,
  padding: '4px 0',
  '& i': { display: 'block', height: 10, borderRadius: 3, background: theme.tokens.tone.fail.main },
  '& b': { textAlign: 'right', fontWeight: 600 },
}));

/** Why units failed, the most frequent first, each bar against the longest. */
export function Pareto({ rows }: { rows: BatchView['pareto'] }) {
  if (rows.length === 0) return <Dim>No failure so far.</Dim>;
  const most = Math.max(...rows.map((row) => row.count));
  return (
    <List>
      {rows.map((row) => (
        <Item key={row.code}>
          <span>{row.label}</span>
          <i style={{ width: `${(row.count / most) * 100}%` }} />
          <b>{count(row.count)}</b>
        </Item>
      ))}
    </List>
  );
}
