import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { ErrorView } from '#contract/errors.ts';
import { glue } from '../format.ts';
import { CopyText } from './CopyText.tsx';
import { Notice } from './Notice.tsx';
import { Dim, Mono } from './text.tsx';

const What = styled('div')({ fontWeight: 650, fontSize: 15.5 });
const Line = styled('div')({ marginTop: 6, fontSize: 14 });
const Foot = styled('div')({
  marginTop: 10,
  display: 'flex',
  alignItems: 'center',
  gap: 16,
  flexWrap: 'wrap',
});

function Details({ details }: { details: NonNullable<ErrorView['details']> }) {
  return (
    <Line>
      {Object.entries(details).map(([name, value]) => (
        <div key={name}>
          <Dim>{name} </Dim>
          <Mono>{String(value)}</Mono>
        </div>
      ))}
    </Line>
  );
}

interface Props {
  error: ErrorView;
  /** Named fields, lines and addresses: for engineers. */
  details?: boolean;
  onRetry?: () => void;
}

/** A failure in the order people ask: what happened, what state the chip is in, what to do now. */
export function ErrorPanel({ error, details = false, onRetry }: Props) {
  return (
    <Notice tone="fail" role="alert">
      <What>{glue(error.what)}</What>
      {error.chip === null ? null : <Line>{glue(error.chip)}</Line>}
      <Line>{glue(error.next)}</Line>
      {details && error.details ? <Details details={error.details} /> : null}
      <Foot>
        <CopyText text={error.code} label="error code" />
        {onRetry && error.retry ? <Button onClick={onRetry}>Try again</Button> : null}
      </Foot>
    </Notice>
  );
}
