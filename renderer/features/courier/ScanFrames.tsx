import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useLocation } from 'wouter';
import { Bar } from '#ui/pieces/Bar.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Spring, Stack } from '#ui/pieces/layout.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { forgetFrames, useFrames } from './scanned-frames.ts';
import { TransferLine } from './TransferList.tsx';

const Page = styled(Stack)({
  flex: 1,
  minHeight: 0,
  overflow: 'auto',
  padding: 24,
  gap: 16,
  '& > *': { maxWidth: 720 },
});
const Count = styled('div')({ fontSize: 40, fontWeight: 750, lineHeight: 1.2 });
const List = styled('ul')({ listStyle: 'none', margin: '8px 0 0', padding: 0 });

/** QR codes that the cloud's console shows, taken in one by one with the scanner, in any order. */
export function ScanFrames() {
  const [, go] = useLocation();
  const { have, total, transfer, error } = useFrames();
  const leave = () => {
    forgetFrames();
    go('/sync/courier');
  };
  return (
    <PageFrame
      footer={
        <>
          <Button onClick={forgetFrames} disabled={total === 0 && error === null}>
            Start over
          </Button>
          <Spring />
          <Button variant={transfer ? 'contained' : 'outlined'} onClick={leave}>
            {transfer ? 'Done' : 'Back'}
          </Button>
        </>
      }
    >
      <Page>
        <Title>Scan QR codes</Title>
        <Dim>
          Aim the scanner at the codes on the cloud’s console, one after the other, in any order. Twice is no
          harm.
        </Dim>
        <Panel aria-label="Scanned">
          <Count className="num" role="status">
            {have}{' '}
            <Dim sx={{ fontWeight: 500 }}>{total === 0 ? 'none scanned yet' : `of ${total} codes`}</Dim>
          </Count>
          <Bar
            value={total === 0 ? 0 : have / total}
            label="Codes scanned"
            tone={transfer === null ? 'run' : 'pass'}
          />
        </Panel>
        {error ? <ErrorPanel error={error} /> : null}
        {transfer === null ? null : (
          <Notice tone={transfer.state === 'refused' ? 'fail' : 'pass'} role="status">
            <b>
              {transfer.state === 'refused' ? 'All codes are here, and were refused.' : 'All codes are here.'}
            </b>
            <List>
              <TransferLine transfer={transfer} />
            </List>
          </Notice>
        )}
      </Page>
    </PageFrame>
  );
}
