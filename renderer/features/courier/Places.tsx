import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { useEvery } from '#client/use-paced.ts';
import { useQuery } from '#client/use-query.ts';
import { bytes } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';

const Choice = styled('label')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 14,
  minHeight: 56,
  padding: '6px 16px',
  borderRadius: 10,
  border: `2px solid ${theme.tokens.line}`,
  background: theme.tokens.raised,
  cursor: 'pointer',
  '& input': { width: 20, height: 20, margin: 0, accentColor: theme.tokens.tone.run.main },
  '&[data-chosen="true"]': { borderColor: theme.tokens.tone.run.main },
  '&[data-disabled="true"]': { cursor: 'default' },
}));
const List = styled('div')({ display: 'flex', flexDirection: 'column', gap: 8 });
const Path = styled(Dim)({ overflowWrap: 'anywhere' });
/** A stick that is plugged in shows up by itself. */
const LOOK_EVERY_MS = 3000;

interface Props {
  chosen: string;
  disabled?: boolean;
  onChoose: (path: string) => void;
}

interface ChoiceProps {
  group: string;
  checked: boolean;
  disabled: boolean;
  onCheck: () => void;
  children: ReactNode;
}

function Option({ group, checked, disabled, onCheck, children }: ChoiceProps) {
  return (
    <Choice data-chosen={checked} data-disabled={disabled}>
      <input type="radio" name={group} checked={checked} disabled={disabled} onChange={onCheck} />
      {children}
    </Choice>
  );
}

function Title({ title, path }: { title: string; path: string }) {
  return (
    <span style={{ flex: 1, minWidth: 0 }}>
      <b>{title}</b>
      {title === path ? null : (
        <>
          <br />
          <Path>{path}</Path>
        </>
      )}
    </span>
  );
}

/** Where a stick is, the watched folder, or a folder that is typed: one of them is chosen. */
export function Places({ chosen, disabled = false, onChoose }: Props) {
  const { data, error, reload } = useQuery('courier.places', {});
  // Null: chosen before this list was there, and known for one of the two once it is.
  const [byHand, setByHand] = useState<boolean | null>(chosen === '' ? false : null);
  const group = useId();
  useEvery(LOOK_EVERY_MS, reload);
  const places = data?.places;
  const typed = byHand ?? (places !== undefined && !places.some(({ path }) => path === chosen));
  useEffect(() => {
    if (places === undefined || disabled || typed) return;
    const gone = chosen !== '' && !places.some(({ path }) => path === chosen);
    // A stick that was taken out is no choice any more; the only place there is needs none.
    const only = places.length === 1 ? (places[0]?.path ?? '') : '';
    if ((gone || chosen === '') && only !== chosen) onChoose(only);
  }, [places, chosen, disabled, typed, onChoose]);
  const choose = (path: string, hand: boolean) => {
    setByHand(hand);
    onChoose(path);
  };
  return (
    <div role="radiogroup" aria-label="Where">
      <Caption>Where</Caption>
      {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      <List>
        {places?.length === 0 ? (
          <Dim>No stick is plugged in. Plug one in: it shows here by itself.</Dim>
        ) : null}
        {places?.map((place) => (
          <Option
            key={place.path}
            group={group}
            checked={!typed && place.path === chosen}
            disabled={disabled}
            onCheck={() => choose(place.path, false)}
          >
            <Title title={place.title} path={place.path} />
            <Dim className="num">{bytes(place.freeBytes)} free</Dim>
          </Option>
        ))}
        <Option group={group} checked={typed} disabled={disabled} onCheck={() => choose('', true)}>
          Another folder of this station
        </Option>
        {typed ? (
          <TextField
            autoFocus={chosen === ''}
            label="Folder"
            value={chosen}
            disabled={disabled}
            onChange={(event) => onChoose(event.target.value)}
            slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false, maxLength: 1024 } }}
            sx={{ mt: 2 }}
          />
        ) : null}
      </List>
    </div>
  );
}
