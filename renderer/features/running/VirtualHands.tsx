import Autocomplete from '@mui/material/Autocomplete';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { SiteView } from '#contract/sites.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Row, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Mono } from '#ui/pieces/text.tsx';
import { FAULTS } from './faults.ts';

const Box = styled(Stack)(({ theme }) => ({
  border: `1px dashed ${theme.tokens.edge}`,
  borderRadius: 10,
  padding: 16,
}));

/** The engineer's hands on a virtual site: part, cable and faults. */
export function VirtualHands({ site }: { site: SiteView }) {
  const [fault, setFault] = useState('');
  const action = useAction();
  const at = { site: site.id };
  return (
    <Box as="section" aria-label="Virtual bench">
      <Caption as="h3">Virtual bench</Caption>
      <Row sx={{ flexWrap: 'wrap' }}>
        <Button onClick={() => action.run(() => call('virtual.cable', { ...at, plugged: false }))}>
          Pull cable
        </Button>
        <Button onClick={() => action.run(() => call('virtual.cable', { ...at, plugged: true }))}>
          Plug cable
        </Button>
        <Button onClick={() => action.run(() => call('virtual.remove', at))}>Pull part</Button>
      </Row>
      <Row>
        <Autocomplete
          freeSolo
          sx={{ flex: 1 }}
          options={Object.keys(FAULTS)}
          renderOption={({ key, ...props }, name) => (
            <li key={key} {...props}>
              <span>
                <Mono>{name}</Mono>
                <br />
                <Dim>{FAULTS[name]}</Dim>
              </span>
            </li>
          )}
          inputValue={fault}
          onInputChange={(_, text) => setFault(text)}
          renderInput={(params) => <TextField {...params} label="Fault of the chip" />}
        />
        <Button
          disabled={action.busy || fault.trim() === ''}
          onClick={() => action.run(() => call('virtual.fault', { ...at, fault: fault.trim() }))}
        >
          Set fault
        </Button>
        <Button
          disabled={action.busy}
          onClick={() => action.run(() => call('virtual.fault', { ...at, fault: null }))}
        >
          Clear fault
        </Button>
      </Row>
      {action.error ? <ErrorPanel error={action.error} /> : null}
    </Box>
  );
}
