import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useRef, useState, type DragEvent } from 'react';
import { useLocation } from 'wouter';
import type { TransferRow } from '#cloud/contract/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Row, Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { upload } from '#cloud/console/client/upload.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { FileButton } from '#cloud/console/pieces/FileButton.tsx';
import { UploadBar, type UploadProgress } from '#cloud/console/pieces/UploadBar.tsx';
import { Taken } from './Taken.tsx';

const Zone = styled('div')(({ theme }) => ({
  padding: '16px 20px',
  borderRadius: 14,
  border: `2px dashed ${theme.tokens.edge}`,
  '&[data-over="true"]': { borderColor: theme.tokens.tone.run.main, background: theme.tokens.raised },
}));

/** Takes sealed files in, one after another; files are sent as they are read, never held as a whole. */
export function DropZone({ onTaken }: { onTaken: () => void }) {
  const [over, setOver] = useState(false);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [taken, setTaken] = useState<readonly TransferRow[]>([]);
  const action = useAction();
  const [, go] = useLocation();
  const control = useRef<AbortController | null>(null);

  const send = async (files: File[]): Promise<void> => {
    const { signal } = (control.current = new AbortController());
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const startedAt = performance.now();
    let before = 0;
    for (const file of files) {
      const onProgress = (sent: number) => setProgress({ sent: before + sent, total, startedAt });
      const transfer = await upload('putPart', {}, file, { signal, onProgress });
      setTaken((old) => [...old.filter(({ id }) => id !== transfer.id), transfer]);
      before += file.size;
    }
  };
  const take = (files: File[]) => {
    if (files.length === 0 || action.busy) return;
    setTaken([]);
    action.run(async () => {
      try {
        await send(files);
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
      } finally {
        setProgress(null);
        onTaken();
      }
    });
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  return (
    <Stack>
      <Zone
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Row>
          <div style={{ flex: 1 }}>
            <b>Drop the sealed files of a stick here</b>
            <br />
            <Dim>
              In any order, from several sticks if need be. A file that was taken in before does no harm.
            </Dim>
          </div>
          {progress ? <UploadBar progress={progress} onStop={() => control.current?.abort()} /> : null}
          <FileButton label="Choose files" multiple disabled={action.busy} onFiles={take} />
          <Button disabled={action.busy} onClick={() => go('/courier/scan')}>
            Scan codes
          </Button>
        </Row>
      </Zone>
      {action.error ? <ErrorPanel error={action.error} /> : null}
      {taken.map((transfer) => (
        <Taken key={transfer.id} transfer={transfer} />
      ))}
    </Stack>
  );
}
