import Button from '@mui/material/Button';
import { Spring } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { missingToLook, type JoinFlow } from './join-flow.ts';
import type { JoinActs } from './use-join-acts.ts';

interface Props {
  flow: JoinFlow;
  acts: JoinActs;
}

function Ask({ flow, acts }: Props) {
  const missing = missingToLook(flow);
  return (
    <>
      {flow.way === 'file' ? <Button onClick={acts.haveMembership}>I have the membership file</Button> : null}
      <Spring />
      <Dim role="status">{missing ?? (acts.busy ? 'Asking the cloud' : '')}</Dim>
      <Button variant="contained" disabled={missing !== null || acts.busy} onClick={acts.look}>
        Next
      </Button>
    </>
  );
}

function Compare({ flow, acts }: Props) {
  return (
    <>
      <Spring />
      <Dim role="status">{acts.busy ? 'Joining' : ''}</Dim>
      <Button color="error" disabled={acts.busy} onClick={acts.different}>
        It is different
      </Button>
      <Button variant="contained" disabled={acts.busy} onClick={acts.same}>
        {flow.way === 'line' ? 'It is the same: join' : 'It is the same: write the request'}
      </Button>
    </>
  );
}

/** The way back at the left, the way on at the right. */
export function JoinFooter({ flow, acts }: Props) {
  if (flow.step === 'joined')
    return (
      <>
        <Spring />
        <Button variant="contained" onClick={acts.leave}>
          Done
        </Button>
      </>
    );
  return (
    <>
      <Button onClick={acts.leave}>Cancel</Button>
      {flow.step === 'compare' || flow.step === 'membership' ? (
        <Button disabled={acts.busy} onClick={acts.back}>
          Back
        </Button>
      ) : null}
      {flow.step === 'ask' ? <Ask flow={flow} acts={acts} /> : null}
      {flow.step === 'compare' ? <Compare flow={flow} acts={acts} /> : null}
      {flow.step === 'different' ? (
        <>
          <Spring />
          <Button variant="contained" onClick={acts.back}>
            Back to the address
          </Button>
        </>
      ) : null}
      {flow.step === 'membership' ? (
        <>
          <Spring />
          <Button variant="contained" disabled={acts.busy || flow.place === ''} onClick={acts.membership}>
            Read the membership file
          </Button>
        </>
      ) : null}
    </>
  );
}
