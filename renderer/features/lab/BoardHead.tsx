import { styled } from '@mui/material/styles';
import type { LabView } from '#contract/lab.ts';
import { hex } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Stack } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { LifeCycle } from './LifeCycle.tsx';

const Product = styled('strong')({ fontSize: 16, overflowWrap: 'anywhere' });
const Head = styled(Panel)({ flex: 'none', padding: '12px 16px' });

/** Which board it is, as it said last: in sight whatever is done with it. */
export function BoardHead({ view }: { view: LabView }) {
  const { identity, state, target } = view;
  return (
    <Head aria-label="Board">
      <Stack sx={{ gap: 2 }}>
        <div style={{ minWidth: 0 }}>
          <Product>
            {identity?.product ?? (state === null ? 'Not read yet' : 'The part does not say who it is')}
          </Product>
          <div>
            {identity === null ? (
              <Dim>
                {state === null
                  ? 'Identify resets the part and reads who it is; it changes nothing.'
                  : 'A protected part may keep its id to itself, or another one is in the socket now.'}
              </Dim>
            ) : (
              <CopyText text={identity.chipUid} label="unique id" shown={hex(identity.chipUid)} />
            )}
          </div>
        </div>
        {identity === null ? null : <LifeCycle target={target} lifecycle={identity.lifecycle} />}
      </Stack>
    </Head>
  );
}
