import { useState } from 'react';
import type { Answer, Body } from '#cloud/contract/api.ts';
import Button from '@mui/material/Button';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { CallError } from '#cloud/console/client/problem.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { download, fileName } from '#cloud/console/pieces/download.ts';
import { FileButton } from '#cloud/console/pieces/FileButton.tsx';

/** A join file is small: whatever is larger is another file. */
const LARGEST = 262_144;

function notAJoinFile(name: string, cause?: unknown): CallError {
  return new CallError(
    {
      code: 'not-a-join-file',
      what: `${name} is not the join file of a station.`,
      chip: null,
      next: 'Choose the file that the station wrote after the code was entered there. Nothing was changed.',
      retry: false,
    },
    0,
    cause,
  );
}

async function readJoin(file: File): Promise<Body<'joinByFile'>> {
  if (file.size > LARGEST) throw notAJoinFile(file.name);
  try {
    return JSON.parse(await file.text()) as Body<'joinByFile'>;
  } catch (cause) {
    throw notAJoinFile(file.name, cause);
  }
}

/** The way back of an invitation by stick: the join file goes in, the membership file comes out. */
export function JoinByFile() {
  const action = useAction();
  const [membership, setMembership] = useState<Answer<'joinByFile'> | null>(null);
  const take = (files: File[]) => {
    const [file] = files;
    if (!file) return;
    action.run(async () => setMembership(await call('joinByFile', { body: await readJoin(file) })));
  };
  return (
    <Panel aria-label="Join by file">
      <Caption>4 · Join file from the station</Caption>
      <Row>
        <FileButton label="Take in the join file" disabled={action.busy} onFiles={take} />
        <Dim>The station wrote it onto the stick. The answer is the membership file for the way back.</Dim>
      </Row>
      {action.error ? <ErrorPanel error={action.error} /> : null}
      {membership ? (
        <Notice tone="pass" role="status">
          <Row>
            <span style={{ flex: 1 }}>
              <b>{membership.stationName} is a member.</b> Carry the membership file back to it.
            </span>
            <Button
              onClick={() =>
                download(
                  `${fileName(membership.stationName)}.rootline-membership`,
                  JSON.stringify(membership),
                )
              }
            >
              Download the membership
            </Button>
          </Row>
        </Notice>
      ) : null}
    </Panel>
  );
}
