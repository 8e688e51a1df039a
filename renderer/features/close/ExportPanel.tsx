import LinearProgress from '@mui/material/LinearProgress';
import { styled } from '@mui/material/styles';
import { count } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import type { BatchExport } from './use-export.ts';

const Gap = styled('div')({ marginTop: 14 });

function Written({ folder, result }: { folder: string; result: BatchExport['result'] }) {
  return (
    <Gap data-testid="export-result">
      <Notice tone="pass" role="status">
        <b>
          {result ? `Exported ${count(result.units)} units in ${count(result.files)} files.` : 'Exported.'}
        </b>
        <div>
          <CopyText text={folder} label="folder" />
        </div>
        <Dim>Next: hand the folder over. Its receiver checks it offline with the verify command.</Dim>
      </Notice>
    </Gap>
  );
}

/** What the export writes, how far it is, and where it went. */
export function ExportPanel({ exporting }: { exporting: BatchExport }) {
  const { action, folder, result } = exporting;
  return (
    <Panel aria-label="Export">
      <Caption>Records</Caption>
      One signed record and certificate per unit, the chain, a table, a signed manifest and a one-page report.
      {action.busy ? (
        <Gap role="status">
          <Dim>Writing and signing the records</Dim>
          <LinearProgress aria-label="Export under way" />
        </Gap>
      ) : null}
      {action.error ? (
        <Gap>
          <ErrorPanel error={action.error} />
        </Gap>
      ) : null}
      {folder !== null && !action.busy ? <Written folder={folder} result={result} /> : null}
    </Panel>
  );
}
