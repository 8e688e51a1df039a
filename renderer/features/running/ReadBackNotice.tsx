import CloseIcon from '@mui/icons-material/Close';
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { useSites } from '#client/state/sites.ts';
import { glue } from '#ui/format.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { clearRefusal, useRefusedReadBack } from './read-back.ts';

// The button is as high as a glove needs, the notice no higher than its two lines.
const Line = styled('div')({
  display: 'flex',
  gap: 12,
  alignItems: 'center',
  '& button': { margin: '-8px 0' },
});

/** A read-back that could not be done: what stood in its way and what to do, until it is closed or the site is settled. */
export function ReadBackNotice() {
  const { refusal } = useRefusedReadBack();
  const state = useSites((s) => (refusal === null ? undefined : s.entries.get(refusal.site)?.view.state));
  if (refusal === null || state !== 'unknown') return null;
  const { site, error } = refusal;
  return (
    <Notice tone="unknown" role="alert">
      <Line>
        <span style={{ flex: 1 }}>
          <b>
            {site} was not read back. {glue(error.what)}
          </b>{' '}
          {glue(error.next)}
        </span>
        <IconButton aria-label="Close the notice" onClick={clearRefusal}>
          <CloseIcon />
        </IconButton>
      </Line>
    </Notice>
  );
}
