import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { LabAct, LabView } from '#contract/lab.ts';
import { hex } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { hexAddress } from './hex-view.ts';

const Facts = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'max-content minmax(0, 1fr)',
  gap: '5px 14px',
  margin: '10px 0 0',
  fontSize: 14,
  '& dt': { color: theme.tokens.dim },
  '& dd': { margin: 0, overflowWrap: 'anywhere' },
}));

interface Props {
  view: LabView;
  onRun: (act: LabAct) => Promise<string | null>;
}

/** Who the board is and what state it is in, as it said last. */
export function BoardPanel({ view, onRun }: Props) {
  const { identity, state, can, busy } = view;
  const button = (operation: 'identify' | 'read-state', words: string) =>
    can.includes(operation) ? (
      <Button disabled={busy !== null} onClick={() => void onRun({ operation })}>
        {words}
      </Button>
    ) : null;
  return (
    <Panel aria-label="Board">
      <Row sx={{ flexWrap: 'wrap' }}>
        <Caption style={{ margin: 0 }}>Board</Caption>
        <Spring />
        {button('identify', 'Identify')}
        {button('read-state', 'Read state')}
      </Row>
      {identity === null ? (
        <Dim>Not read yet. Identify resets the part and reads who it is; it changes nothing.</Dim>
      ) : (
        <Facts>
          <dt>Product</dt>
          <dd>{identity.product}</dd>
          <dt>Unique id</dt>
          <dd>
            <CopyText text={identity.chipUid} label="unique id" shown={hex(identity.chipUid)} />
          </dd>
          <dt>Life cycle</dt>
          <dd>
            <LifeCycle lifecycle={identity.lifecycle} />
          </dd>
          <dt>Highest rate</dt>
          <dd>
            {identity.maxBaudRate === 0
              ? 'no rate: not a serial line'
              : `${identity.maxBaudRate.toLocaleString('en')} Bd`}
          </dd>
          {identity.areas.length === 0 ? null : (
            <>
              <dt>Memory</dt>
              <dd>
                {identity.areas.map(({ kind, start, end }) => (
                  <div key={start}>
                    {kind} {hexAddress(start)}…{hexAddress(end)}
                  </div>
                ))}
              </dd>
            </>
          )}
        </Facts>
      )}
      {state === null ? null : <State state={state} />}
    </Panel>
  );
}

function LifeCycle({ lifecycle }: { lifecycle: NonNullable<LabView['identity']>['lifecycle'] }) {
  const { dlm, protection, authentication } = lifecycle;
  return (
    <Row sx={{ gap: 2, flexWrap: 'wrap' }}>
      <StatusChip tone="run">{dlm}</StatusChip>
      {protection === null ? null : <StatusChip>{protection}</StatusChip>}
      {authentication === null ? null : <StatusChip>{authentication}</StatusChip>}
    </Row>
  );
}

const yesNo = (value: boolean | null): string => (value === null ? 'not known' : value ? 'yes' : 'no');

function State({ state }: { state: NonNullable<LabView['state']> }) {
  return (
    <Facts>
      <dt>Locked</dt>
      <dd>
        <StatusChip tone={state.locked ? 'unknown' : 'idle'}>{yesNo(state.locked)}</StatusChip>
      </dd>
      <dt>Enrolled</dt>
      <dd>{yesNo(state.enrolled)}</dd>
      {state.agentLocked === null ? null : (
        <>
          <dt>Agent locked</dt>
          <dd>{yesNo(state.agentLocked)}</dd>
        </>
      )}
      {state.deviceId === null ? null : (
        <>
          <dt>Device ID</dt>
          <dd>
            <CopyText text={state.deviceId} label="device ID" />
          </dd>
        </>
      )}
      <dt>Certificate</dt>
      <dd>
        {state.certificateFingerprint === null ? (
          'none that it shows'
        ) : (
          <CopyText text={state.certificateFingerprint} label="SHA-256 of the certificate" />
        )}
      </dd>
    </Facts>
  );
}
