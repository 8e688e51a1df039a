import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import type { LabAct, LabView } from '#contract/lab.ts';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { actOf, cardsOf, type ActCard, type ActField, type ActGroup, type FieldValues } from './acts.ts';
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
interface Props {
  view: LabView;
  onRun: (act: LabAct) => Promise<string | null>;
}

/** What can be done to this chip by hand; what it cannot do is not here. */
export function ActsPanel({ group, view, onRun }: { group: ActGroup } & Props) {
  return (
    <Panel aria-label={group === 'keys' ? 'Keys and identity' : 'Life cycle'}>
      <List role="list">
        {cardsOf(group, view.can).map((card) => (
          <Act key={card.operation} card={card} view={view} onRun={onRun} />
        ))}
      </List>
    </Panel>
  );
}

const isSecret = ({ kind }: ActField): boolean => kind === 'key' || kind === 'hex';

function Act({ card, view, onRun }: { card: ActCard } & Props) {
  const [values, setValues] = useState<FieldValues>({});
  const act = actOf(card, values);
  const forEver = view.irreversible.includes(card.operation);
  const run = () => {
    if (act === null) return;
    void onRun(act);
    // Nothing secret stays in a field.
    const secrets = new Set(card.fields.filter(isSecret).map(({ name }) => name));
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
      <ActFields card={card} target={view.target} values={values} onChange={setValues} />
    </Item>
  );
}
