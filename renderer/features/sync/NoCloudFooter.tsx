import Button from '@mui/material/Button';
import { useLocation } from 'wouter';
import { Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';

/** From no cloud to one: with a line, or without. */
export function NoCloudFooter({ lab }: { lab: boolean }) {
  const [, go] = useLocation();
  if (!lab) return <Dim>An engineer or the security officer joins this station to a cloud.</Dim>;
  return (
    <>
      <Dim>Scan the QR code that the cloud’s console shows, or type what it says</Dim>
      <Spring />
      <Button onClick={() => go('/sync/join/file')}>Join without a line</Button>
      <Button variant="contained" onClick={() => go('/sync/join')}>
        Join a cloud
      </Button>
    </>
  );
}
