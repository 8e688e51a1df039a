import Snackbar from '@mui/material/Snackbar';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, viewOf } from '#client/client.ts';
import type { ScanMeaning } from '#client/views.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { useScan } from '#ui/scan/use-scan.ts';
import { takeFrame } from '../features/courier/scanned-frames.ts';
import { useInvitation } from '../features/sync/invitation.ts';
import { meaningAddress } from './scan-address.ts';

/** What is too large or too confidential for an address waits for its screen beside it. */
function handOver(meaning: ScanMeaning): void {
  if (meaning.kind === 'invitation') useInvitation.setState({ scanned: meaning });
  if (meaning.kind === 'courier-frame') takeFrame(meaning.text);
}

/** Any scan that the screen itself did not take: asks the station what it means and goes there, or says why not. */
export function ScanRouter() {
  const [, go] = useLocation();
  const [message, setMessage] = useState<string | null>(null);
  const resolve = async (text: string) => {
    const meaning = await call('scan.resolve', { text });
    const address = meaningAddress(meaning, text);
    if (address === null)
      setMessage(meaning.kind === 'unknown' ? meaning.message : 'Sign out first to change the person.');
    else {
      handOver(meaning);
      go(address);
    }
  };
  useScan((text) => {
    setMessage(null);
    resolve(text).catch((error: unknown) => setMessage(viewOf(error).what));
    return true;
  });
  return (
    <Snackbar
      open={message !== null}
      autoHideDuration={6000}
      onClose={() => setMessage(null)}
      anchorOrigin={{ vertical: 'top', horizontal: 'center' }}
    >
      <div>
        <Notice tone="unknown" role="alert">
          {message}
        </Notice>
      </div>
    </Snackbar>
  );
}
