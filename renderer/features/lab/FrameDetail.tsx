import CloseIcon from '@mui/icons-material/Close';
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import type { LogEntry } from '#contract/lab.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Row, Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { HexView } from './HexView.tsx';
import { spaced, timeOf } from './log-words.ts';

const Box = styled('section')(({ theme }) => ({
  flex: 'none',
  borderTop: `1px solid ${theme.tokens.line}`,
  paddingTop: 4,
  fontSize: 14,
}));

/** One frame opened: its words in full and every byte of it that was kept. */
export function FrameDetail({ entry, onClose }: { entry: LogEntry; onClose: () => void }) {
  const { title, detail, hex, bytes, redacted, direction } = entry;
  const kept = hex.length / 2;
  return (
    <Box aria-label="Frame">
      <Row>
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <b>{title}</b> <Dim>{detail}</Dim>
          <div>
            <Dim>
              {direction === 'sent' ? 'Sent' : 'Received'} {timeOf(entry)} · {bytes} B
              {kept < bytes ? `, the first ${kept} shown` : ''}
              {redacted ? ' · key material is dots' : ''}
            </Dim>
          </div>
        </div>
        <Spring />
        <span style={{ whiteSpace: 'nowrap', overflowWrap: 'normal', flex: 'none' }}>
          <CopyText text={spaced(hex)} label="bytes of the frame" shown="Copy" />
        </span>
        <IconButton aria-label="Close the frame" onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </Row>
      <HexView start={0} hex={hex} before={null} perRow={8} height={116} label="Bytes of the frame" />
    </Box>
  );
}
