import { styled } from '@mui/material/styles';
import { useRole } from '#client/state/session.ts';
import { Notice } from '#ui/pieces/Notice.tsx';

const Points = styled('ul')({ margin: '8px 0 0', paddingLeft: 20, '& li': { marginTop: 4 } });

/** The cloud knows more of this station than the station does: what that means, and what going on does. */
export function RestoredNotice() {
  const officer = useRole() === 'officer';
  return (
    <Notice tone="unknown" role="alert">
      <b>The cloud holds records of this station that the station itself no longer has.</b> Mostly a backup
      was restored here. If the other station still lives somewhere, two stations would make parts under one
      name: find out first.
      <Points>
        <li>The records in the cloud stay as they are. Nothing there is overwritten.</li>
        <li>Going on starts a chain of its own for what is made from now on.</li>
        <li>What the lost units took of the allowance stays taken, as the cloud counted it.</li>
      </Points>
      <div style={{ marginTop: 8 }}>
        {officer
          ? 'Press Decide once you know which station this is.'
          : 'The security officer decides whether it goes on. Until then nothing goes up; everything is kept.'}
      </div>
    </Notice>
  );
}
