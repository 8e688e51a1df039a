import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { BackButton } from '#cloud/console/pieces/BackButton.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Scroll, Spring, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { isWhole, type JobFolder } from './job-folder.ts';
import { JobPicker } from './JobPicker.tsx';
import { StationField, type StationChoice } from './StationField.tsx';
import { usePlaceOrder } from './use-place-order.ts';
import { UploadBar } from '#cloud/console/pieces/UploadBar.tsx';

const Body = styled(Scroll)({
  flex: 1,
  padding: 24,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
  alignContent: 'start',
  gap: 16,
});

/** Whole number of units from what was typed; null while it is none. */
function unitsIn(text: string): number | null {
  const value = Number(text.replaceAll(/[\s,]/g, ''));
  return Number.isInteger(value) && value >= 1 && value <= 10_000_000 ? value : null;
}

/** A job with an allowance for one station: files are held against job.json before anything is sent. */
export function NewOrder() {
  const [folder, setFolder] = useState<JobFolder | null>(null);
  const [number, setNumber] = useState('');
  const [station, setStation] = useState<StationChoice | null>(null);
  const [allowance, setAllowance] = useState('');
  const [note, setNote] = useState('');
  const { place, action, progress, stop } = usePlaceOrder();
  const [, go] = useLocation();
  const units = unitsIn(allowance);
  const take = (chosen: JobFolder | null) => {
    setFolder(chosen);
    if (chosen?.allowance != null && allowance === '') setAllowance(String(chosen.allowance));
  };
  const ready =
    folder !== null && isWhole(folder) && number.trim() !== '' && station !== null && units !== null;
  const submit = () => {
    if (!ready) return;
    place({ folder, number: number.trim(), stationId: station.id, allowance: units, note: note.trim() }, () =>
      go('/orders'),
    );
  };
  return (
    <PageFrame
      footer={
        <>
          <BackButton to="/orders" word="Orders" />
          <Spring />
          {progress ? <UploadBar progress={progress} onStop={stop} /> : null}
          <Button variant="contained" disabled={!ready || action.busy} onClick={submit}>
            Place the order
          </Button>
        </>
      }
    >
      <Body tabIndex={0} role="region" aria-label="New order">
        <Title sx={{ gridColumn: '1 / -1' }}>New order</Title>
        {action.error ? (
          <div style={{ gridColumn: '1 / -1' }}>
            <ErrorPanel error={action.error} />
          </div>
        ) : null}
        <Panel aria-label="Job">
          <Caption>Job</Caption>
          <JobPicker folder={folder} onFolder={take} />
        </Panel>
        <Panel aria-label="Order">
          <Caption>Order</Caption>
          <Stack sx={{ gap: '20px', paddingTop: '8px' }}>
            <TextField
              label="Number of the order"
              value={number}
              onChange={(event) => setNumber(event.target.value)}
              slotProps={{ htmlInput: { maxLength: 120, autoComplete: 'off' } }}
            />
            <StationField station={station} onStation={setStation} />
            <TextField
              label="Allowance, units"
              value={allowance}
              onChange={(event) => setAllowance(event.target.value)}
              error={allowance !== '' && units === null}
              helperText="How many units the station may make of it: 1 to 10,000,000"
              slotProps={{ htmlInput: { inputMode: 'numeric', autoComplete: 'off' } }}
            />
            <TextField
              label="Note for the station"
              value={note}
              onChange={(event) => setNote(event.target.value)}
              slotProps={{ htmlInput: { maxLength: 500, autoComplete: 'off' } }}
            />
          </Stack>
          <p style={{ marginBottom: 0 }}>
            <Dim>
              The order is signed here and checked there. It is taken back with Withdraw, for what is not made
              by then.
            </Dim>
          </p>
        </Panel>
      </Body>
    </PageFrame>
  );
}
