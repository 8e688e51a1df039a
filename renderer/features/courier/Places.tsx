import { styled } from '@mui/material/styles';
import { useEffect, useId } from 'react';
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

/** Where a stick is, or the watched folder: one of them is chosen. */
export function Places({ chosen, disabled = false, onChoose }: Props) {
  const { data, error, reload } = useQuery('courier.places', {});
  const name = useId();
  useEvery(LOOK_EVERY_MS, reload);
  const places = data?.places;
  useEffect(() => {
    if (places === undefined || disabled) return;
    const gone = chosen !== '' && !places.some(({ path }) => path === chosen);
    // A stick that was taken out is no choice any more; the only place there is needs none.
    const only = places.length === 1 ? (places[0]?.path ?? '') : '';
    if ((gone || chosen === '') && only !== chosen) onChoose(only);
  }, [places, chosen, disabled, onChoose]);
  return (
    <div role="radiogroup" aria-label="Where">
      <Caption>Where</Caption>
      {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
      {data?.places.length === 0 ? (
        <Dim>No stick is plugged in and no folder is watched. Plug one in: it shows here by itself.</Dim>
      ) : null}
      <List>
        {data?.places.map((place) => (
          <Choice key={place.path} data-chosen={place.path === chosen} data-disabled={disabled}>
            <input
              type="radio"
              name={name}
              checked={place.path === chosen}
              disabled={disabled}
              onChange={() => onChoose(place.path)}
            />
            <span style={{ flex: 1, minWidth: 0 }}>
              <b>{place.title}</b>
              <br />
              <Path>{place.path}</Path>
            </span>
            <Dim className="num">{bytes(place.freeBytes)} free</Dim>
          </Choice>
        ))}
      </List>
    </div>
  );
}
