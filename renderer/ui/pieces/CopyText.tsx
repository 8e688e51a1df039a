import ContentCopyIcon from '@mui/icons-material/ContentCopy';
import CheckIcon from '@mui/icons-material/Check';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { MONO } from '../theme/theme.ts';

// Small to the eye, 48 px to the finger: the target reaches beyond the text.
const Button = styled('button')(({ theme }) => ({
  position: 'relative',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 6,
  maxWidth: '100%',
  padding: '2px 6px',
  margin: '0 -6px',
  border: 0,
  borderRadius: 6,
  background: 'none',
  color: 'inherit',
  cursor: 'pointer',
  font: `13px ${MONO}`,
  textAlign: 'left',
  overflowWrap: 'anywhere',
  '&:hover': { background: theme.tokens.raised },
  '&::after': { content: '""', position: 'absolute', inset: '-14px -4px' },
  '& svg': { fontSize: 14, flex: 'none', opacity: 0.8 },
}));

/** An id or an error code that a click copies. */
export function CopyText({ text, label, shown = text }: { text: string; label: string; shown?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <Button
      type="button"
      aria-label={`${shown}, ${copied ? 'copied' : 'copy'} ${label}`}
      onClick={(event) => {
        event.stopPropagation();
        copy();
      }}
      onBlur={() => setCopied(false)}
    >
      {shown}
      {copied ? <CheckIcon /> : <ContentCopyIcon />}
    </Button>
  );
}
