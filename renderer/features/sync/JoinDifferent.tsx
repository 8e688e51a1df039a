import { styled } from '@mui/material/styles';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { scanAgrees, type JoinFlow } from './join-flow.ts';

const Head = styled('h2')({ margin: 0, fontSize: 20, fontWeight: 700 });
const Points = styled('ol')({ margin: '4px 0 0', paddingLeft: 22, '& li': { marginTop: 8 } });

/** The fingerprints differ: nothing goes on from here. */
export function JoinDifferent({ flow }: { flow: JoinFlow }) {
  const byScan = scanAgrees(flow) === false;
  return (
    <Stack sx={{ gap: 4, maxWidth: 720 }}>
      <Notice tone="fail" role="alert">
        <Head>Stopped: this is not the cloud that was meant</Head>
        <div>
          {byScan
            ? 'Another fingerprint answered at that address than the QR code says.'
            : 'The fingerprint here is not the one on the console.'}{' '}
          Either the address is wrong, or somebody stands between this station and the cloud.
        </div>
      </Notice>
      <div>
        <b>Nothing of this station has left it, and the code was not used.</b>
        <Points>
          <li>Compare the address with the one on the console, letter by letter, and try again.</li>
          <li>If it is different again, have the invitation withdrawn on the console.</li>
          <li>
            Tell the security officer and whoever runs this network. Do not join from here until it is clear.
          </li>
        </Points>
      </div>
    </Stack>
  );
}
