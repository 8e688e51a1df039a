import { styled } from '@mui/material/styles';
import type { SyncView } from '#contract/sync.ts';
import { useWallClock } from '#ui/clock.ts';
import { OutcomeIcon } from '#ui/outcome/OutcomeIcon.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { agoText } from './line-words.ts';

const List = styled('ul')({ listStyle: 'none', margin: 0, padding: 0 });
const Item = styled('li')({
  display: 'grid',
  gridTemplateColumns: '22px minmax(0, 1fr) max-content',
  gap: '0 10px',
  padding: '5px 0',
  fontSize: 14,
  '& svg': { marginTop: 1 },
});
const Reason = styled('div')({ gridColumn: '2 / 4' });

/** What came from the cloud lately: orders, revocations, certificates, and why one was not taken. */
export function ReceivedPanel({ received }: { received: SyncView['received'] }) {
  const now = useWallClock();
  return (
    <Panel aria-label="From the cloud">
      <Caption>From the cloud</Caption>
      {received.length === 0 ? <Dim>Nothing yet. Orders and revocations show here.</Dim> : null}
      <List>
        {received.map((item) => {
          const taken = item.outcome === 'applied';
          return (
            <Item key={`${item.at} ${item.kind} ${item.title}`}>
              <OutcomeIcon shape={taken ? 'circle' : 'octagon'} tone={taken ? 'pass' : 'fail'} size={20} />
              <span>
                {item.title}
                {taken ? '' : ' · refused'}
              </span>
              <Dim className="num">{agoText(item.at, now)}</Dim>
              {item.reason === null ? null : (
                <Reason>
                  <Dim>{item.reason}</Dim>
                </Reason>
              )}
            </Item>
          );
        })}
      </List>
    </Panel>
  );
}
