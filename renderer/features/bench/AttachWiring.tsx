import { Fragment, useId } from 'react';
import type { Bench } from '#client/views.ts';
import { Stack } from '#ui/pieces/layout.tsx';
import { reachOf, type Draft } from './attach-draft.ts';
import { Choice } from './Choice.tsx';
import { RelayFields } from './RelayFields.tsx';
import { fitsWiring, WIRINGS } from './wiring.ts';

interface Props {
  bench: Bench;
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

/** What drives reset and mode pin. */
export function AttachWiring({ bench, draft, onChange }: Props) {
  const group = useId();
  const reach = reachOf(draft, bench);
  return (
    <Stack sx={{ gap: 2 }}>
      {WIRINGS.map(({ id, title, help, control }) => {
        const fits = fitsWiring(id, draft.path, reach);
        return (
          <Fragment key={id}>
            <Choice
              group={group}
              checked={draft.wiring === id}
              disabled={!fits}
              onCheck={() => onChange({ wiring: id })}
              title={<b>{title}</b>}
              help={fits ? help : 'This port has no modem lines.'}
            />
            {control === null && draft.wiring === id ? (
              <RelayFields
                ports={bench.ports.filter(({ path, reach: kind }) => kind === 'bytes' && path !== draft.path)}
                relay={draft.relay}
                onChange={(relay) => onChange({ relay })}
              />
            ) : null}
          </Fragment>
        );
      })}
    </Stack>
  );
}
