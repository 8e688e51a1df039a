import TextField from '@mui/material/TextField';
import { useId } from 'react';
import type { Bench } from '#client/views.ts';
import { Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { freeSites, isLabel, lackOf, type Draft } from './attach-draft.ts';
import { Choice } from './Choice.tsx';

interface Props {
  bench: Bench;
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

/** Which socket: a free one of the fixture, or a new label. */
export function AttachSite({ bench, draft, onChange }: Props) {
  const group = useId();
  const free = freeSites(bench);
  const there = bench.sites.find(({ id }) => id === draft.site);
  const lack = isLabel(draft.site) ? lackOf('site', draft, bench) : null;
  const rebound = there !== undefined && there.port !== '' && lack === null;
  return (
    <Stack>
      {free.length === 0 ? null : <Dim>Free sockets of the fixture:</Dim>}
      {free.map((site) => (
        <Choice
          key={site}
          group={group}
          checked={draft.site === site}
          onCheck={() => onChange({ site })}
          title={<b>{site}</b>}
        />
      ))}
      <TextField
        sx={{ mt: 2 }}
        label="Site"
        error={lack !== null}
        helperText={lack ?? 'The label on the socket: a letter for the row, a number for the column.'}
        value={draft.site}
        onChange={(event) => onChange({ site: event.target.value.toUpperCase() })}
        slotProps={{ htmlInput: { maxLength: 5, autoComplete: 'off' } }}
      />
      {rebound ? (
        <Dim role="status">
          {draft.site} is bound to {there.port} now. It will be bound anew.
        </Dim>
      ) : null}
    </Stack>
  );
}
