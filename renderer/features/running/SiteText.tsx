import { styled } from '@mui/material/styles';
import type { SiteView } from '#contract/sites.ts';
import { glue } from '#ui/format.ts';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { progressText } from './progress-text.ts';
import { SitePrompt } from './SitePrompt.tsx';

// Long texts are cut on the card and stand in full in the site's drawer.
const clamp = (lines: number) =>
  ({
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: lines,
    overflow: 'hidden',
  }) as const;
const Text = styled('div')({ ...clamp(3), flex: 'none', fontSize: 14, lineHeight: 1.4 });
const Next = styled('div')({
  ...clamp(4),
  flex: 'none',
  fontSize: 13.5,
  lineHeight: 1.4,
  fontWeight: 650,
  '& > span': { fontWeight: 400 },
});

function Running({ site }: { site: SiteView }) {
  const progress = site.run?.progress;
  const share = progress && progress.total > 0 ? progress.done / progress.total : null;
  return (
    <>
      <Text className="num roomy">{glue(progressText(site.run))}</Text>
      {share === null ? null : <Bar value={share} label={`Progress of site ${site.id}`} />}
    </>
  );
}

/** What happened, what state the chip is in, what to do now: in this order. */
function Problem({ site }: { site: SiteView }) {
  const error = site.run?.error ?? site.error;
  if (!error) return null;
  return (
    <>
      <Text className="roomy">{glue(error.what)}</Text>
      <Next className="roomy">
        {error.chip === null ? null : <span>{glue(error.chip)} </span>}
        {glue(error.next)}
      </Next>
    </>
  );
}

/** The words of a site, by its state. */
export function SiteText({ site }: { site: SiteView }) {
  if (site.prompt !== null) return <SitePrompt site={site} />;
  if (site.lab) return <Dim className="roomy">Nothing starts here until an engineer gives it back</Dim>;
  switch (site.state) {
    case 'running':
      return <Running site={site} />;
    case 'passed':
      return (
        <>
          <Text className="roomy">Locked and read back</Text>
          <Next className="roomy">Take the part out</Next>
        </>
      );
    case 'failed':
    case 'unknown':
    case 'offline':
      return <Problem site={site} />;
    case 'ready':
      return site.error ? <Problem site={site} /> : <Text className="roomy">Part is in</Text>;
    case 'empty':
      return (
        <Dim className="roomy">
          {site.part === null ? 'Put a part in, then press Start' : 'Put a part in to start it'}
        </Dim>
      );
  }
}
