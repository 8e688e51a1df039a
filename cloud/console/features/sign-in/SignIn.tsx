import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState, type SyntheticEvent } from 'react';
import { brand } from '#ui/brand.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Mark } from '#ui/pieces/Mark.tsx';
import { Panel, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useSession } from '#cloud/console/client/session.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { Fingerprint } from '#cloud/console/pieces/Fingerprint.tsx';

const Main = styled('main')({
  flex: 1,
  minHeight: 0,
  overflow: 'auto',
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 560px)',
  alignContent: 'center',
  justifyContent: 'center',
  gap: 24,
  padding: 24,
});
const Head = styled('div')({ display: 'flex', alignItems: 'center', gap: 16 });

/** Which cloud this is: read before anybody is known, so that a person can tell a wrong one. */
function Identity() {
  const root = useQuery('root', {});
  if (root.error) return <ErrorPanel error={root.error} onRetry={root.reload} />;
  return (
    <Panel aria-label="This cloud" sx={{ minHeight: 150 }}>
      <Caption>Root fingerprint of this cloud</Caption>
      {root.data ? <Fingerprint value={root.data.fingerprint} label="root fingerprint" /> : null}
      <Dim>The same groups are printed in the terminal that started this cloud.</Dim>
    </Panel>
  );
}

/** Paste a token; where it comes from is said beside it. */
export function SignIn() {
  const [token, setToken] = useState('');
  const action = useAction();
  const who = useQuery('invitation', {});
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    action.run(async () => {
      const session = await call('signIn', { body: { token: token.trim() } });
      useSession.setState({ session, known: true });
    });
  };
  return (
    <Main>
      <Head>
        <Mark size={56} />
        <div>
          <Title>{who.data?.cloud ?? `${brand.name} cloud`}</Title>
          <Dim>
            {who.data && who.data.tenant.name !== who.data.cloud ? who.data.tenant.name : brand.tagline}
          </Dim>
        </div>
      </Head>
      <form onSubmit={submit}>
        <Stack sx={{ gap: '14px' }}>
          <TextField
            label="Access token"
            type="password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            autoFocus
            fullWidth
            slotProps={{ htmlInput: { autoComplete: 'current-password', spellCheck: false, maxLength: 200 } }}
          />
          <Dim>
            The first token was printed once, in the terminal of the first start. Further ones are made by an
            administrator under Access.
          </Dim>
          <Button type="submit" variant="contained" disabled={token.trim().length < 20 || action.busy}>
            Sign in
          </Button>
          {action.error ? <ErrorPanel error={action.error} /> : null}
        </Stack>
      </form>
      <Identity />
    </Main>
  );
}
