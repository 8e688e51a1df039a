import Button from '@mui/material/Button';
import { bytesOf, duration } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Row } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';

export interface UploadProgress {
  sent: number;
  total: number;
  /** performance.now at the start. */
  startedAt: number;
}

function remaining({ sent, total, startedAt }: UploadProgress, now: number): string {
  const seconds = (now - startedAt) / 1000;
  return sent === 0 || seconds < 1 ? '' : ` · ${duration((seconds * (total - sent)) / sent)} left`;
}

/** How far an upload is, how long it will take, and a way to stop it. */
export function UploadBar({ progress, onStop }: { progress: UploadProgress; onStop: () => void }) {
  const { sent, total } = progress;
  // eslint-disable-next-line react-hooks/purity -- drawn anew with each progress event, which is when the time counts.
  const text = `${bytesOf(sent, total)}${remaining(progress, performance.now())}`;
  return (
    <Row>
      <div style={{ width: 240 }}>
        <Dim role="status">{text}</Dim>
        <Bar value={total === 0 ? 1 : sent / total} label="Sent" />
      </div>
      <Button onClick={onStop}>Stop</Button>
    </Row>
  );
}
