import { styled } from '@mui/material/styles';
import type { LabView } from '#contract/lab.ts';
import { count } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Mono } from '#ui/pieces/text.tsx';
import { hexAddress } from './hex-view.ts';

const Facts = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'minmax(96px, max-content) minmax(0, 1fr)',
  gap: '5px 14px',
  margin: 0,
  fontSize: 14,
  '& dt': { color: theme.tokens.dim },
  '& dd': { margin: 0, overflowWrap: 'anywhere' },
}));
const Areas = styled('table')(({ theme }) => ({
  width: '100%',
  borderCollapse: 'collapse',
  fontSize: 13.5,
  '& th': { color: theme.tokens.dim, fontWeight: 500, textAlign: 'left' },
  '& th, & td': { padding: '4px 10px 4px 0', borderBottom: `1px solid ${theme.tokens.line}` },
}));

const yesNo = (value: boolean | null): string => (value === null ? 'not known' : value ? 'yes' : 'no');
const size = (bytes: number): string =>
  bytes % 1024 === 0 ? `${count(bytes / 1024)} KiB` : `${count(bytes)} B`;

/** What the board holds: lock, identity, certificate, and its memory as it says itself. */
export function BoardFacts({ view }: { view: LabView }) {
  const { identity, state } = view;
  return (
    <Stack>
      <Panel aria-label="State">
        <Caption>State</Caption>
        {state === null ? (
          <Dim>Read state asks the part for it and changes nothing.</Dim>
        ) : (
          <State state={state} />
        )}
      </Panel>
      {identity === null || identity.areas.length === 0 ? null : (
        <Panel aria-label="Areas">
          <Caption>Memory areas</Caption>
          <Areas>
            <thead>
              <tr>
                {['What', 'From', 'To', 'Size', 'Erased by', 'Written by'].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {identity.areas.map(({ kind, start, end, eraseUnit, writeUnit }) => (
                <tr key={start}>
                  <td>{kind}</td>
                  <td>
                    <Mono>{hexAddress(start)}</Mono>
                  </td>
                  <td>
                    <Mono>{hexAddress(end)}</Mono>
                  </td>
                  <td className="num">{size(end - start + 1)}</td>
                  <td className="num">{size(eraseUnit)}</td>
                  <td className="num">{size(writeUnit)}</td>
                </tr>
              ))}
            </tbody>
          </Areas>
          {identity.maxBaudRate === 0 ? null : (
            <p style={{ margin: '8px 0 0' }}>
              <Dim>Highest rate {count(identity.maxBaudRate)} Bd</Dim>
            </p>
          )}
        </Panel>
      )}
    </Stack>
  );
}

function State({ state }: { state: NonNullable<LabView['state']> }) {
  const { locked, enrolled, agentLocked, deviceId, certificateFingerprint } = state;
  return (
    <Facts>
      <dt>Locked</dt>
      <dd>{locked ? 'yes, nothing more can be programmed' : 'no'}</dd>
      <dt>Enrolled</dt>
      <dd>{yesNo(enrolled)}</dd>
      {agentLocked === null ? null : (
        <>
          <dt>Agent locked</dt>
          <dd>{yesNo(agentLocked)}</dd>
        </>
      )}
      <dt>Device ID</dt>
      <dd>{deviceId === null ? 'none that it shows' : <CopyText text={deviceId} label="device ID" />}</dd>
      <dt>Certificate</dt>
      <dd>
        {certificateFingerprint === null ? (
          'none that it shows'
        ) : (
          <CopyText text={certificateFingerprint} label="SHA-256 of the certificate" />
        )}
      </dd>
    </Facts>
  );
}
