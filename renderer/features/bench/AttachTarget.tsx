import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import type { Bench } from '#client/views.ts';
import { Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Mono } from '#ui/pieces/text.tsx';
import type { Draft } from './attach-draft.ts';
import { Choice } from './Choice.tsx';
import { byFamily, familiesOf, fitsPort, matches } from './targets.ts';

const Family = styled('section')({ display: 'flex', flexDirection: 'column', gap: 8 });

interface Props {
  bench: Bench;
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

/** Chips by family, searched by typing; those that the port cannot reach are left out. */
export function AttachTarget({ bench, draft, onChange }: Props) {
  const group = useId();
  const [search, setSearch] = useState('');
  const reached = byFamily(bench.targets.filter((target) => fitsPort(target, draft.path, bench.ports)));
  const found = reached.filter((target) => matches(target, search));
  const out = bench.targets.length - reached.length;
  return (
    <Stack sx={{ gap: 4 }}>
      <TextField
        sx={{ mt: 2 }}
        label="Search"
        helperText={
          out === 0
            ? 'A part of its name.'
            : `A part of its name. ${out} that this port cannot reach are left out.`
        }
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 60, autoComplete: 'off' } }}
      />
      {found.length === 0 ? <Dim role="status">No chip of that name is reached by this port.</Dim> : null}
      {familiesOf(found).map(([family, chips]) => (
        <Family key={family} aria-label={family}>
          <Caption as="h3" style={{ margin: 0 }}>
            {family}
          </Caption>
          {chips.map(({ id, title }) => (
            <Choice
              key={id}
              group={group}
              checked={draft.target === id}
              onCheck={() => onChange({ target: id })}
              title={title}
            >
              <Mono>{id}</Mono>
            </Choice>
          ))}
        </Family>
      ))}
    </Stack>
  );
}
