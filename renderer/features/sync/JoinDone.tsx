import { styled } from '@mui/material/styles';
import type { SyncView } from '#contract/sync.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { Fingerprint } from '#ui/pieces/Fingerprint.tsx';
import { Panel, Row, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { waitText } from '../courier/transfer-words.ts';
import { ownerWords } from './line-words.ts';

const Head = styled('h2')(({ theme }) => ({
  margin: 0,
  fontSize: 24,
  fontWeight: 750,
  color: theme.tokens.tone.pass.main,
}));

/** Step 3: joined. The other side may compare in turn. */
export function JoinDone({ view }: { view: SyncView }) {
  const { cloud } = view;
  if (cloud === null) return null;
  return (
    <Stack sx={{ gap: 4, maxWidth: 860 }} data-testid="joined">
      <Row role="status">
        <OutcomeIcon shape="circle" tone="pass" size={44} />
        <div>
          <Head>Joined</Head>
          This station is <b>{cloud.stationName}</b> of {ownerWords(cloud)}.{' '}
          {view.waiting === 0 ? '' : waitText(view.waiting)}
        </div>
      </Row>
      <Panel aria-label="Fingerprint of this station">
        <Caption>Fingerprint of this station’s key, SHA-256</Caption>
        <Fingerprint hex={cloud.keyFingerprint} label="Fingerprint of this station" />
      </Panel>
      <Dim>
        The console shows it beside the station. Is it another one there? Then somebody else has joined under
        this name: have the station blocked on the console.
      </Dim>
    </Stack>
  );
}
