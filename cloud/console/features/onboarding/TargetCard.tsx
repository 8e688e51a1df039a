import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { TargetView } from '#cloud/contract/views.ts';
import { count } from '#ui/format.ts';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Dim, Mono } from '#ui/pieces/text.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { modeWord, targetLook } from './target-text.ts';

const Number = styled('div')({ minWidth: 84, textAlign: 'right', '& b': { display: 'block', fontSize: 19 } });
const Name = styled('h2')({ margin: 0, fontSize: 17, lineHeight: 1.4 });

/** A target among others. */
export function TargetCard({ target, onOpen }: { target: TargetView; onOpen: () => void }) {
  const { counts } = target;
  const numbers = [
    ['waiting', counts.waiting + counts.retry],
    ['registered', counts.registered],
    ['given up', counts.dead],
    ['revoked', counts.revoked],
  ] as const;
  return (
    <Panel aria-label={target.name}>
      <Row sx={{ gap: '24px' }}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Row sx={{ gap: '16px' }}>
            <Name>{target.name}</Name>
            <StateWord look={targetLook(target)} />
          </Row>
          <Dim>
            <Mono>{target.url}</Mono> · {modeWord[target.mode]}
          </Dim>
        </div>
        {numbers.map(([word, value]) => (
          <Number key={word}>
            <b>{count(value)}</b>
            <Dim>{word}</Dim>
          </Number>
        ))}
        <Button onClick={onOpen} aria-label={`Open ${target.name}`}>
          Open
        </Button>
      </Row>
      {target.health && !target.health.ok ? <div style={{ marginTop: 10 }}>{target.health.text}</div> : null}
    </Panel>
  );
}
