import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import type { LabAct, LabView } from '#contract/lab.ts';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { ACT_CARDS, actOf, type ActCard, type FieldValues } from './acts.ts';
import { ActFields } from './ActFields.tsx';

const Item = styled('li')(({ theme }) => ({
  display: 'flex',
  flexDirection: 'column',
  gap: 8,
  padding: '12px 0',
  borderTop: `1px solid ${theme.tokens.line}`,
  '&:first-of-type': { borderTop: 0 },
}));
const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const GROUPS = [
  ['keys', 'Keys and identity'],
  ['life', 'Life cycle'],
  ['read', 'Start'],
] as const;
/** They have buttons beside what they read. */
const ELSEWHERE = new Set(['identify', 'read-state']);

interface Props {
  view: LabView;
  onRun: (act: LabAct) => Promise<string | null>;
}

/** What can be done to this chip by hand; what it cannot do is not here. */
export function ActsPanel({ view, onRun }: Props) {
  return GROUPS.map(([group, title]) => {
    const cards = ACT_CARDS.filter(
      (card) => card.group === group && view.can.includes(card.operation) && !ELSEWHERE.has(card.operation),
    );
    return cards.length === 0 ? null : (
      <Panel key={group} aria-label={title}>
        <Caption>{title}</Caption>
        <List role="list">
          {cards.map((card) => (
            <Act key={card.operation} card={card} view={view} onRun={onRun} />
          ))}
        </List>
      </Panel>
    );
  });
}

function Act({ card, view, onRun }: { card: ActCard } & Props) {
  const [values, setValues] = useState<FieldValues>({});
  const act = actOf(card, values);
  const forEver = view.irreversible.includes(card.operation);
  const run = () => {
    if (act === null) return;
    void onRun(act);
    // Nothing secret stays in a field.
    const secrets = new Set(card.fields.filter(({ kind }) => kind === 'key').map(({ name }) => name));
    setValues(Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.has(name))));
  };
  return (
    <Item>
      <Row>
        <strong>{card.title}</strong>
        {forEver ? <StatusChip tone="unknown">Asks for the unique id</StatusChip> : null}
        <Spring />
        <Button
          color={forEver ? 'error' : 'primary'}
          disabled={view.busy !== null || act === null}
          aria-label={`${card.title}${forEver ? ', asks once more' : ''}`}
          onClick={run}
        >
          {card.title}
        </Button>
      </Row>
      <Dim>{card.words}</Dim>
      <ActFields card={card} values={values} onChange={setValues} />
    </Item>
  );
}
