import Checkbox from '@mui/material/Checkbox';
import { styled } from '@mui/material/styles';
import type { JobView } from '#contract/jobs.ts';
import { bytes } from '#ui/format.ts';
import { Dim, Mono } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';
import { KeptKeys } from './KeptKeys.tsx';
import { Step } from './Step.tsx';

const Sum = styled('div')(({ theme }) => ({
  fontFamily: MONO,
  fontSize: 38,
  fontWeight: 700,
  letterSpacing: 1,
  textAlign: 'center',
  padding: '10px 0',
  borderRadius: 10,
  background: theme.tokens.raised,
  border: `1px solid ${theme.tokens.line}`,
}));
const Firmware = styled('p')({ margin: '8px 0 0', textAlign: 'center' });
const Confirm = styled('label')({
  display: 'flex',
  alignItems: 'center',
  gap: 4,
  minHeight: 52,
  marginTop: 8,
  cursor: 'pointer',
});

interface Props {
  job: JobView | null;
  confirmed: boolean;
  onConfirm: (confirmed: boolean) => void;
}

/** The checksum, large, to be compared with the paper: the operator says that it is the same. */
export function ChecksumStep({ job, confirmed, onConfirm }: Props) {
  return (
    <Step number={4} title="Compare the checksum" done={job !== null && confirmed}>
      <Sum data-testid="checksum">{job?.checksum ?? '···· ····'}</Sum>
      {job?.images.map((image) => (
        <Firmware key={image.sha256}>
          <Dim>
            Firmware {image.says === null ? image.name : <b>{image.says}</b>} · {bytes(image.bytes)} · SHA-256{' '}
            <Mono>{image.sha256.slice(0, 8).toUpperCase()}…</Mono>
          </Dim>
        </Firmware>
      ))}
      {job?.keptFor ? <KeptKeys fingerprint={job.keptFor.fingerprint} /> : null}
      <Confirm>
        <Checkbox
          disabled={!job}
          checked={confirmed}
          onChange={(_, checked) => onConfirm(checked)}
          slotProps={{ input: { 'aria-label': 'The checksum on the paper is the same' } }}
        />
        <span>
          The checksum on the paper is the same
          <br />
          <Dim>If it is not, stop: one of the two is wrong.</Dim>
        </span>
      </Confirm>
    </Step>
  );
}
