import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Answer } from '#cloud/contract/api.ts';
import { bytes, count } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { BackButton } from '#cloud/console/pieces/BackButton.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Scroll, Spring, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { StationField, type StationChoice } from '../orders/StationField.tsx';
import { plural } from '#cloud/console/pieces/words.ts';
import { PartLinks } from './PartLinks.tsx';

const MEBI = 1024 * 1024;
const SIZES = [1, 16, 64, 256, 1024] as const;
const Body = styled(Scroll)({
  flex: 1,
  padding: 24,
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
  '& > section': { maxWidth: 760 },
});

function Written({ transfer }: { transfer: Answer<'writeTransfer'> }) {
  const [, go] = useLocation();
  return (
    <Panel aria-label="Written">
      <Stack sx={{ gap: '16px' }}>
        <Notice tone="pass" role="status">
          <b>
            Transfer {count(transfer.number)} for {transfer.station}: {count(transfer.parts)} sealed{' '}
            {plural(transfer.parts, 'file')}, {bytes(transfer.bytes)}.
          </b>{' '}
          Put all of them onto the stick. Only this station can open them.
        </Notice>
        <PartLinks transfer={transfer} files={transfer.files} />
        <div>
          <Button onClick={() => go(`/courier/frames/${transfer.id}`)}>Show as QR codes instead</Button>
        </div>
      </Stack>
    </Panel>
  );
}

/** Seals what waits for a station, as files for a stick or as codes for its scanner. */
export function WriteTransfer({ stationId }: { stationId: string | null }) {
  const known = useQuery('station', stationId === null ? null : { params: { id: stationId } });
  const [picked, setPicked] = useState<StationChoice | null>(null);
  const [mebi, setMebi] = useState<number>(64);
  const [written, setWritten] = useState<Answer<'writeTransfer'> | null>(null);
  const action = useAction();
  const station = picked ?? known.data;
  const write = () => {
    if (!station) return;
    action.run(async () =>
      setWritten(
        await call('writeTransfer', { params: { id: station.id }, body: { partBytes: mebi * MEBI } }),
      ),
    );
  };
  return (
    <PageFrame
      footer={
        <>
          <BackButton to="/courier" word="Courier" />
          <Spring />
          <Button variant="contained" disabled={!station || action.busy} onClick={write}>
            {written ? 'Write another' : 'Write the transfer'}
          </Button>
        </>
      }
    >
      <Body tabIndex={0} role="region" aria-label="Write a transfer">
        <Title>Write a transfer</Title>
        <Panel aria-label="Transfer">
          <Caption>For</Caption>
          <Stack sx={{ gap: '20px', paddingTop: '8px' }}>
            <StationField station={station} onStation={setPicked} />
            <TextField
              select
              label="Largest file"
              value={mebi}
              onChange={(event) => setMebi(Number(event.target.value))}
              helperText="Older sticks take no file of 4 GiB or more; several small ones survive a bad stick better"
            >
              {SIZES.map((size) => (
                <MenuItem key={size} value={size}>
                  {size === 1024 ? '1 GiB' : `${size} MiB`}
                </MenuItem>
              ))}
            </TextField>
          </Stack>
          <p style={{ marginBottom: 0 }}>
            <Dim>
              Orders, revocations, policy and the acknowledgement of what came in, sealed for this station.
            </Dim>
          </p>
        </Panel>
        {known.error ? <ErrorPanel error={known.error} onRetry={known.reload} /> : null}
        {action.error ? <ErrorPanel error={action.error} /> : null}
        {written ? <Written transfer={written} /> : null}
      </Body>
    </PageFrame>
  );
}
