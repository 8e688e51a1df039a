import DownloadIcon from '@mui/icons-material/DownloadOutlined';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { Answer } from '#cloud/contract/api.ts';
import type { TransferRow } from '#cloud/contract/views.ts';
import { bytes } from '#ui/format.ts';
import { addressOf } from '#cloud/console/client/client.ts';

const List = styled('div')({
  display: 'flex',
  flexWrap: 'wrap',
  gap: 10,
  maxHeight: 260,
  overflow: 'auto',
  padding: 3,
  margin: -3,
});

interface Props {
  transfer: Pick<TransferRow, 'id' | 'parts'>;
  /** Names and sizes, where they are known. */
  files: Answer<'writeTransfer'>['files'] | null;
}

/** Each sealed file for the stick. The browser writes them to disk itself, however large they are. */
export function PartLinks({ transfer, files }: Props) {
  const parts = Array.from({ length: transfer.parts }, (_, index) => index + 1);
  return (
    <List>
      {parts.map((part) => {
        const file = files?.[part - 1];
        return (
          <Button
            key={part}
            component="a"
            href={addressOf('getPart', { params: { id: transfer.id, part } })}
            download={file?.name ?? ''}
            startIcon={<DownloadIcon />}
          >
            {file ? `${file.name} · ${bytes(file.bytes)}` : `File ${part} of ${transfer.parts}`}
          </Button>
        );
      })}
    </List>
  );
}
