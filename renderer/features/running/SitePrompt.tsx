import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';
import type { SiteView } from '#contract/sites.ts';
import { call } from '#client/client.ts';
import { useIsFloor } from '#client/state/session.ts';
import { useSites } from '#client/state/sites.ts';
import { useAction } from '#client/use-action.ts';
import { PROMPT_WORDS, UNREAD_MS } from './prompts.ts';

const Ask = styled('div')(({ theme }) => ({
  flex: 'none',
  fontSize: 15,
  fontWeight: 650,
  lineHeight: 1.35,
  color: theme.tokens.tone.unknown.main,
}));
/** A glove hits it. */
const Done = styled(Button)({ minHeight: 56, fontSize: 16 });

type Prompt = NonNullable<SiteView['prompt']>;

/** The fixture has no lines for it: the run waits for a hand. */
export function SitePrompt({ site }: { site: SiteView }) {
  const { prompt } = site;
  return prompt === null ? null : <Asked key={prompt.id} site={site.id} prompt={prompt} />;
}

function Asked({ site, prompt }: { site: string; prompt: Prompt }) {
  const action = useAction();
  const floor = useIsFloor();
  // Taken by the station; the news that nothing is asked any more comes a moment later.
  const [said, setSaid] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const shownAt = useRef(0);
  useEffect(() => {
    shownAt.current = performance.now();
    // Enter answers where the keyboard is nowhere else, and where it is clear which site is meant.
    const asking = [...useSites.getState().entries.values()].filter(({ view }) => view.prompt !== null);
    const { activeElement } = document;
    if (asking.length > 1) return;
    if (activeElement === document.body || activeElement?.tagName === 'MAIN') button.current?.focus();
  }, []);
  const confirm = () => {
    if (performance.now() - shownAt.current < UNREAD_MS) return;
    action.run(async () => {
      await call('sites.confirmPrompt', { site, prompt: prompt.id });
      setSaid(true);
    });
  };
  return (
    <>
      <Ask role="alert">{PROMPT_WORDS[prompt.request]}</Ask>
      {action.error ? <div role="alert">{action.error.what}</div> : null}
      {floor ? (
        <Done
          ref={button}
          variant="contained"
          color="warning"
          disabled={action.busy || said}
          data-request={prompt.request}
          data-prompt={prompt.id}
          aria-label={`Done at site ${site}`}
          onClick={(event) => {
            event.stopPropagation();
            confirm();
          }}
        >
          Done
        </Done>
      ) : null}
    </>
  );
}
