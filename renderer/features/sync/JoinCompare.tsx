import { styled } from '@mui/material/styles';
import { Fingerprint } from '#ui/pieces/Fingerprint.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Panel, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { scanAgrees, type JoinFlow } from './join-flow.ts';

const Name = styled('div')({ fontSize: 20, fontWeight: 700 });
const Question = styled('h2')({ margin: 0, fontSize: 19, fontWeight: 700 });

/** Step 2: people hold the fingerprint against the one on the cloud's console. Nothing of this station has left it yet. */
export function JoinCompare({ flow }: { flow: JoinFlow }) {
  const { found } = flow;
  if (found === null) return null;
  const byScan = scanAgrees(flow) === true;
  return (
    <Stack sx={{ gap: 4, maxWidth: 860 }}>
      <div>
        <Name>{found.cloud}</Name>
        <Dim>
          Tenant {found.tenant}
          {found.url === '' ? '' : ` · ${found.url}`}
        </Dim>
      </div>
      <Panel aria-label="Fingerprint">
        <Caption>Fingerprint of the cloud’s root, SHA-256</Caption>
        <Fingerprint
          hex={found.fingerprint}
          label="Fingerprint of the cloud"
          checked={byScan ? (flow.scanned?.length ?? 0) : 0}
        />
      </Panel>
      {byScan ? (
        <Notice tone="pass" role="status">
          <b>The first {flow.scanned?.length} digits are those of the QR code</b> (underlined). Compare the
          rest by eye.
        </Notice>
      ) : null}
      <div>
        <Question>Does the cloud’s console show the same?</Question>
        <Dim>
          Look at the console itself, or call the person who sits there. Nothing of this station has left it
          yet.
        </Dim>
      </div>
    </Stack>
  );
}
