import { styled } from '@mui/material/styles';
import type { BatchView } from '#contract/batches.ts';
import type { SiteView } from '#contract/sites.ts';
import type { SiteEntry } from '#client/state/sites.ts';
import { hex } from '#ui/format.ts';
import { fractionOf, lookOf } from '#ui/outcome/outcome.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { MONO } from '#ui/theme/theme.ts';
import type { Tone } from '#ui/theme/tokens.ts';
import { PhaseList } from './PhaseList.tsx';
import { PhaseStrip } from './PhaseStrip.tsx';
import { SiteActions } from './SiteActions.tsx';
import { SiteFoot } from './SiteFoot.tsx';
import { SiteText } from './SiteText.tsx';

/** Two rows of sites on a screen of 800 lines. */
const LOW = '@container (max-height: 330px)';

const Card = styled('div', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone }>(({
  theme,
  tone,
}) => {
  const colors = theme.tokens.tone[tone];
  return {
    containerType: 'size',
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    gap: 7,
    padding: '2px 14px 10px',
    borderRadius: 14,
    border: `${theme.tokens.frameWidth}px ${tone === 'idle' ? 'dashed' : 'solid'} ${colors.frame}`,
    background: `linear-gradient(${colors.groundFrom}, ${colors.groundTo})`,
    cursor: 'pointer',
    overflow: 'hidden',
    // A gang of many sites: label, outcome and bar stay; the rest is one touch away.
    '@container (max-width: 150px)': { '& .roomy': { display: 'none' } },
  };
});
const Top = styled('div')({
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'space-between',
});
const Label = styled('button')({
  minWidth: 56,
  minHeight: 48,
  margin: '0 0 0 -10px',
  padding: '0 10px',
  border: 0,
  borderRadius: 10,
  background: 'none',
  color: 'inherit',
  font: 'inherit',
  fontSize: 20,
  fontWeight: 750,
  letterSpacing: 0.5,
  textAlign: 'left',
  cursor: 'pointer',
  // A low card has no pixel to spare: the target keeps its height and reaches into the frame.
  [LOW]: { marginTop: -5, marginBottom: -5 },
});
const Uid = styled('span')(({ theme }) => ({
  fontFamily: MONO,
  fontSize: 12,
  color: theme.tokens.dim,
  whiteSpace: 'nowrap',
}));
const State = styled('div', { shouldForwardProp: (prop) => prop !== 'tone' })<{ tone: Tone }>(
  ({ theme, tone }) => ({
    display: 'flex',
    alignItems: 'center',
    gap: 10,
    color: theme.tokens.tone[tone].main,
    fontSize: 21,
    lineHeight: 1.15,
    fontWeight: tone === 'idle' ? 600 : 750,
    letterSpacing: 0.2,
    '& svg': { flex: 'none' },
    // Short outcomes are read from three metres; a phase title needs the width instead.
    '&[data-large="true"]': { fontSize: 29, '& svg': { width: 44, height: 44 } },
    [LOW]: { '&[data-large="true"] svg': { width: 38, height: 38 } },
    '@container (max-width: 150px)': {
      '&&': { fontSize: 13, gap: 5, margin: '0 -6px' },
      '&& svg': { width: 22, height: 22 },
    },
  }),
);

interface Props {
  entry: SiteEntry;
  batch: BatchView;
  onOpen: (site: string) => void;
}

function uidOf(site: SiteView): string | null {
  const uid = site.run?.chipUid;
  return uid == null ? null : hex(uid, 4);
}

/** One socket: colour, shape and word from three metres, what it does and what to do from one. */
export function SiteCard({ entry, batch, onOpen }: Props) {
  const { view } = entry;
  const { shape, tone, word } = lookOf(view);
  const uid = uidOf(view);
  return (
    <Card
      tone={tone}
      role="group"
      aria-label={`Site ${view.id}`}
      data-state={view.state}
      data-testid={`site-${view.id}`}
      onClick={() => onOpen(view.id)}
    >
      <Top>
        <Label type="button" data-site-button aria-label={`Open site ${view.id}`}>
          {view.id}
        </Label>
        {uid === null ? null : (
          <Uid className="roomy" title={hex(view.run?.chipUid ?? '')}>
            {uid}
          </Uid>
        )}
      </Top>
      <State tone={tone} data-large={view.state === 'passed' || view.state === 'failed'}>
        <OutcomeIcon shape={shape} tone={tone} fraction={fractionOf(view.run)} />
        <span>{word}</span>
      </State>
      <SiteText site={view} />
      {view.state === 'running' && view.run ? <PhaseStrip phases={view.run.phases} /> : null}
      <PhaseList run={view.run} />
      <SiteActions site={view} batch={batch} />
      <SiteFoot entry={entry} batch={batch} />
    </Card>
  );
}
