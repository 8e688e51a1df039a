import { Loading } from '#ui/pieces/states.tsx';
import { useSession } from '../client/session.ts';
import { SignIn } from '../features/sign-in/SignIn.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { Shell } from './Shell.tsx';

/** Before sign-in: the sign-in page and nothing else. The address stays, so a person comes back to where they were. */
export function Gate() {
  const { session, known } = useSession();
  if (session) return <Shell />;
  return (
    <div style={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
      <ConnectionBanner />
      {known ? <SignIn /> : <Loading what="Starting" />}
    </div>
  );
}
