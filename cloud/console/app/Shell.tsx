import { styled } from '@mui/material/styles';
import { useEffect, useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../client/session.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { Header } from './Header.tsx';
import { HelpDialog } from './HelpDialog.tsx';
import { placesOf } from './navigation.ts';
import { NavRail } from './NavRail.tsx';
import { Routes } from './Routes.tsx';
import { useConsoleKeys } from './use-console-keys.ts';

const Frame = styled('div')({ height: '100%', display: 'flex', flexDirection: 'column' });
const Body = styled('div')({ flex: 1, minHeight: 0, display: 'flex' });
const Main = styled('main')({
  flex: 1,
  minWidth: 0,
  minHeight: 0,
  display: 'flex',
  flexDirection: 'column',
});

/** What is around every screen. */
export function Shell() {
  const role = useSession((s) => s.session?.role ?? 'auditor');
  const places = useMemo(() => placesOf(role), [role]);
  useConsoleKeys(places);
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    // A new screen starts at its top for the keyboard too, unless it has put the focus somewhere itself.
    if (!main.current?.contains(document.activeElement)) main.current?.focus();
  }, [location]);
  return (
    <Frame>
      <Header />
      <ConnectionBanner />
      <Body>
        <NavRail places={places} />
        <Main ref={main} tabIndex={-1}>
          <Routes />
        </Main>
      </Body>
      <HelpDialog />
    </Frame>
  );
}
