import { styled } from '@mui/material/styles';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useState } from 'react';
import type { LabAct, LabView } from '#contract/lab.ts';
import { Scroll } from '#ui/pieces/layout.tsx';
import { cardsOf } from './acts.ts';
import { ActsPanel } from './ActsPanel.tsx';
import { BoardFacts } from './BoardFacts.tsx';
import { MemoryPanel } from './MemoryPanel.tsx';

const Body = styled(Scroll)({ flex: 1, padding: '2px 4px 2px 0' });
const Slim = styled(Tabs)({ flex: 'none' });

type Part = 'board' | 'memory' | 'keys' | 'life';
const PARTS: readonly { part: Part; word: string }[] = [
  { part: 'board', word: 'Board' },
  { part: 'memory', word: 'Memory' },
  { part: 'keys', word: 'Keys and identity' },
  { part: 'life', word: 'Life cycle' },
];

interface Props {
  view: LabView;
  onRun: (act: LabAct) => Promise<string | null>;
}

/** What this chip has nothing of is not here. */
function has(view: LabView, part: Part): boolean {
  if (part === 'board') return true;
  return part === 'memory' ? view.can.includes('read-memory') : cardsOf(part, view.can).length > 0;
}

/** What can be seen of the board and done with it, a part at a time, beside the log that hears it all. */
export function LabParts({ view, onRun }: Props) {
  const [chosen, setChosen] = useState<Part>('board');
  const parts = PARTS.filter(({ part }) => has(view, part));
  return (
    <>
      <Slim value={chosen} onChange={(_, part: Part) => setChosen(part)} aria-label="Parts of the lab">
        {parts.map(({ part, word }) => (
          <Tab key={part} value={part} label={word} id={`lab-tab-${part}`} aria-controls="lab-part" />
        ))}
      </Slim>
      <Body id="lab-part" role="tabpanel" aria-labelledby={`lab-tab-${chosen}`} tabIndex={0}>
        {chosen === 'board' ? <BoardFacts view={view} /> : null}
        {/* What was read stays while another part is looked at, and goes with the part that it was read from. */}
        <div hidden={chosen !== 'memory'}>
          {has(view, 'memory') ? (
            <MemoryPanel key={view.identity?.chipUid ?? ''} view={view} onRun={onRun} />
          ) : null}
        </div>
        {chosen === 'keys' || chosen === 'life' ? (
          <ActsPanel group={chosen} view={view} onRun={onRun} />
        ) : null}
      </Body>
    </>
  );
}
