import Snackbar from '@mui/material/Snackbar';
import { useEffect, useState } from 'react';
import { call, viewOf } from '#client/client.ts';
import { useIsFloor } from '#client/state/session.ts';
import { inFixtureOrder, useSites } from '#client/state/sites.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { useScan } from '#ui/scan/use-scan.ts';
import { answered, isCard, UNREAD_MS } from './prompts.ts';

/** Answers for hands that hold a part: F6, or a card that is scanned, on any screen. */
export function PromptHands() {
  const entries = useSites((s) => s.entries);
  const floor = useIsFloor();
  const [message, setMessage] = useState<string | null>(null);
  const asking = inFixtureOrder(entries)
    .map(({ view }) => view)
    .filter(({ prompt }) => prompt !== null);
  const answer = (card: string | null) => {
    const site = answered(asking, card);
    if (site?.prompt == null) {
      if (card !== null)
        setMessage(
          asking.length > 1 ? 'Several sites ask: scan the card of one.' : 'No site asks for a hand.',
        );
      return;
    }
    if (Date.now() - Date.parse(site.prompt.since) < UNREAD_MS) return;
    call('sites.confirmPrompt', { site: site.id, prompt: site.prompt.id }).catch((error: unknown) =>
      setMessage(viewOf(error).what),
    );
  };
  useScan((text) => {
    if (!floor || !isCard(text)) return false;
    answer(text);
    return true;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || event.altKey || event.ctrlKey || event.repeat || !floor) return;
      event.preventDefault();
      answer(null);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
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
