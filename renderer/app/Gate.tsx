import { useLine } from '#client/state/line.ts';
import { useSession } from '#client/state/session.ts';
import { SignIn } from '../features/sign-in/SignIn.tsx';
import { Loading } from '#ui/pieces/states.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { Disowned } from './Disowned.tsx';
import { Shell } from './Shell.tsx';

/** Before sign-in: the sign-in screen and nothing else. The address stays, so a person comes back to where they were. */
export function Gate() {
  const { session, known } = useSession();
  const line = useLine((s) => s.line);
  if (line === 'disowned') return <Disowned />;
  if (session) return <Shell />;
  return (
    <div style={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
      <ConnectionBanner />
      {known ? <SignIn /> : <Loading what={line === 'lost' ? 'Waiting for the station' : 'Starting'} />}
    </div>
  );
}
