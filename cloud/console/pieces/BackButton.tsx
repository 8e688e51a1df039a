import ArrowBackIcon from '@mui/icons-material/ArrowBack';
import Button from '@mui/material/Button';
import { useLocation } from 'wouter';

/** The way back, at the left end of a footer. */
export function BackButton({ to, word }: { to: string; word: string }) {
  const [, go] = useLocation();
  return (
    <Button startIcon={<ArrowBackIcon />} onClick={() => go(to)}>
      {word}
    </Button>
  );
}
