import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { styled } from '@mui/material/styles';
import type { People } from '#client/views.ts';
import { Loading } from '#ui/pieces/states.tsx';
import { Caption, Dim, Mono } from '#ui/pieces/text.tsx';

const Person = styled('label')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 10,
  minHeight: 60,
  padding: '4px 18px 4px 6px',
  cursor: 'pointer',
  borderRadius: 10,
  border: `1px solid ${theme.tokens.line}`,
  background: theme.tokens.panel,
  '&:has(:checked)': {
    borderColor: theme.tokens.tone.run.main,
    boxShadow: `inset 0 0 0 1px ${theme.tokens.tone.run.main}`,
  },
}));
const Name = styled('span')({ flex: 1, '& > b': { fontWeight: 600 } });
const ROLE_WORDS = {
  operator: 'Operator',
  engineer: 'Engineer',
  officer: 'Security officer',
  auditor: 'Auditor',
};

interface Props {
  people: People;
  loading: boolean;
  chosen: string | null;
  onChoose: (id: string) => void;
}

/** The people of this station. Their PINs stand beside them on a demo station only. */
export function PeopleList({ people, loading, chosen, onChoose }: Props) {
  if (loading) return <Loading what="Loading people" />;
  return (
    <>
      <Caption id="people-caption">Who are you?</Caption>
      <RadioGroup
        aria-labelledby="people-caption"
        value={chosen ?? ''}
        onChange={(_, id) => onChoose(id)}
        sx={{ gap: 2, flexWrap: 'nowrap' }}
      >
        {people.map((person) => (
          <Person key={person.id}>
            <Radio value={person.id} slotProps={{ input: { 'aria-label': person.name } }} />
            <Name>
              <b>{person.name}</b>
              <br />
              <Dim>{ROLE_WORDS[person.role]}</Dim>
            </Name>
            {person.pin === undefined ? null : (
              <Dim>
                PIN <Mono>{person.pin}</Mono>
              </Dim>
            )}
          </Person>
        ))}
      </RadioGroup>
    </>
  );
}
