import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { SiteView } from '#contract/sites.ts';
import { call } from '#client/client.ts';
import { useIsFloor } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';

const Ask = styled('div')(({ theme }) => ({
  flex: 'none',
  fontSize: 15,
  fontWeight: 650,
  lineHeight: 1.35,
  color: theme.tokens.tone.unknown.main,
}));
/** A glove hits it. */
const Done = styled(Button)({ minHeight: 56, fontSize: 16 });

/** What a person is asked to do at a socket, in words that name the thing and the place. */
const WORDS: Record<NonNullable<SiteView['prompt']>['request'], string> = {
  'mode-boot': 'Set the jumper to BOOT, then press Done',
  'mode-run': 'Set the jumper to RUN, then press Done',
  reset: 'Press the reset button, then press Done',
};

/** The fixture has no lines for it: the run waits for a hand. */
export function SitePrompt({ site }: { site: SiteView }) {
  const action = useAction();
  const floor = useIsFloor();
  const { prompt } = site;
  if (prompt === null) return null;
  const confirm = () => action.run(() => call('sites.confirmPrompt', { site: site.id, prompt: prompt.id }));
  return (
    <>
      <Ask role="alert">{WORDS[prompt.request]}</Ask>
      {action.error ? <div role="alert">{action.error.what}</div> : null}
      {floor ? (
        <Done
          variant="contained"
          color="warning"
          disabled={action.busy}
          aria-label={`Done at site ${site.id}`}
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
