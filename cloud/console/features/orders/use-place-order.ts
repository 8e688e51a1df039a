import { useRef, useState } from 'react';
import { call } from '#cloud/console/client/client.ts';
import { upload } from '#cloud/console/client/upload.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import type { UploadProgress } from '#cloud/console/pieces/UploadBar.tsx';
import type { JobFolder } from './job-folder.ts';

interface Order {
  folder: JobFolder;
  number: string;
  stationId: string;
  allowance: number;
  note: string;
}

/** Sends the files, each under its hash, then the order that names them. */
export function usePlaceOrder() {
  const action = useAction();
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const control = useRef<AbortController | null>(null);
  const place = (order: Order, done: () => void) =>
    action.run(async () => {
      try {
        control.current = new AbortController();
        await send(order, control.current.signal, setProgress);
        done();
      } catch (error) {
        // Stopped by the person: no failure to show.
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
      } finally {
        setProgress(null);
      }
    });
  return { place, action, progress, stop: () => control.current?.abort() };
}

async function send(
  { folder, ...rest }: Order,
  signal: AbortSignal,
  show: (progress: UploadProgress) => void,
): Promise<void> {
  const total = folder.files.reduce((sum, { file }) => sum + file.size, 0);
  const startedAt = performance.now();
  let before = 0;
  for (const { file, sha256 } of folder.files) {
    const onProgress = (sent: number) => show({ sent: before + sent, total, startedAt });
    await upload('putBlob', { sha256 }, file, { signal, onProgress });
    before += file.size;
  }
  const files = folder.files.map(({ name, sha256 }) => ({ name, sha256 }));
  await call('createOrder', { body: { ...rest, job: folder.job, files } });
}
