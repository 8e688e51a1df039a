import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import type { TokenView } from '#cloud/contract/views.ts';
import { useWallClock } from '#ui/clock.ts';
import { dateTime } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Scroll, Spring } from '#ui/pieces/layout.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useMay } from '#cloud/console/client/session.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { TypedConfirm } from '#cloud/console/pieces/TypedConfirm.tsx';
import { agoText, certificateLook, roleWord } from '#cloud/console/pieces/words.ts';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { NewToken } from './NewToken.tsx';

const Body = styled(Scroll)({ flex: 1, padding: 24, display: 'flex', flexDirection: 'column', gap: 16 });
const Line = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '106px minmax(0, 1fr) 130px 220px 150px 104px',
  gap: 14,
  alignItems: 'center',
  minHeight: 60,
  borderBottom: `1px solid ${theme.tokens.line}`,
  '&:last-child': { borderBottom: 0 },
}));

function OneToken({ token, onRevoke }: { token: TokenView; onRevoke: () => void }) {
  const now = useWallClock();
  const { revokedAt, lastUsedAt } = token;
  return (
    <Line>
      <StateWord look={certificateLook[revokedAt === null ? 'active' : 'revoked']} size={18} />
      <b>{token.label}</b>
      <span>{roleWord[token.role]}</span>
      <Dim>
        {dateTime(token.createdAt).slice(0, 10)} by {token.createdBy}
      </Dim>
      <Dim>
        {revokedAt === null
          ? lastUsedAt === null
            ? 'Never used'
            : `Used: ${agoText(lastUsedAt, now).toLowerCase()}`
          : `Revoked ${dateTime(revokedAt).slice(0, 10)}`}
      </Dim>
      {revokedAt === null ? (
        <Button color="error" onClick={onRevoke} aria-label={`Revoke ${token.label}`}>
          Revoke
        </Button>
      ) : null}
    </Line>
  );
}

function RevokeToken({
  token,
  onDone,
  onClose,
}: {
  token: TokenView;
  onDone: () => void;
  onClose: () => void;
}) {
  const action = useAction();
  const revoke = () =>
    action.run(async () => {
      await call('revokeToken', { params: { id: token.id } });
      onDone();
    });
  return (
    <TypedConfirm
      title={`Revoke the token ${token.label}`}
      expected={token.label}
      label="Name of the token"
      confirm="Revoke token"
      action={action}
      onConfirm={revoke}
      onClose={onClose}
    >
      Whoever uses it is signed out at once and cannot sign in with it again. What was done with it stays in
      the log. This cannot be undone; a new token can be made at any time.
    </TypedConfirm>
  );
}

function Tokens() {
  const { data, error, reload } = useQuery('tokens', {});
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<TokenView | null>(null);
  return (
    <PageFrame
      footer={
        <>
          <Dim>A token is a person or a program. Its secret is shown once.</Dim>
          <Spring />
          <Button variant="contained" onClick={() => setMaking(true)}>
            New token
          </Button>
        </>
      }
    >
      <Body tabIndex={0} role="region" aria-label="Access tokens">
        <Title>Access</Title>
        {error ? <ErrorPanel error={error} onRetry={reload} /> : null}
        {!data && !error ? <Loading what="Loading tokens" /> : null}
        {data ? (
          <Panel aria-label="Tokens" sx={{ padding: '4px 20px' }}>
            <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {data.tokens.map((token) => (
                <OneToken key={token.id} token={token} onRevoke={() => setRevoking(token)} />
              ))}
            </ul>
          </Panel>
        ) : null}
        {making ? (
          <NewToken
            onClose={() => {
              setMaking(false);
              reload();
            }}
          />
        ) : null}
        {revoking ? (
          <RevokeToken
            token={revoking}
            onClose={() => setRevoking(null)}
            onDone={() => {
              setRevoking(null);
              reload();
            }}
          />
        ) : null}
      </Body>
    </PageFrame>
  );
}

/** Who may work here: tokens by role. */
export function AccessScreen() {
  const may = useMay('admin');
  if (may) return <Tokens />;
  return (
    <Body>
      <Title>Access</Title>
      <Dim>Tokens are made and revoked by an administrator.</Dim>
    </Body>
  );
}
