import { styled } from '@mui/material/styles';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { PromptHands } from '../features/running/PromptHands.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { DemoKeyBanner } from './DemoKeyBanner.tsx';
import { Header } from './Header.tsx';
import { HelpDialog } from './HelpDialog.tsx';
import { NavRail } from './NavRail.tsx';
import { ResultAnnouncer } from './ResultAnnouncer.tsx';
import { Routes } from './Routes.tsx';
import { ScanRouter } from './ScanRouter.tsx';

const Frame = styled('div')({ height: '100%', display: 'flex', flexDirection: 'column' });
const Body = styled('div')({ flex: 1, minHeight: 0, display: 'flex' });
const Main = styled('main')({
  flex: 1,
  minWidth: 0,
  minHeight: 0,
  display: 'flex',
  flexDirection: 'column',
});

/** What is around every screen: header, navigation, banners, and the listeners for scans and results. */
export function Shell() {
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
      <DemoKeyBanner />
      <Body>
        <NavRail />
        <Main ref={main} tabIndex={-1}>
          <Routes />
          <ResultAnnouncer />
        </Main>
      </Body>
      <ScanRouter />
      <PromptHands />
      <HelpDialog />
    </Frame>
  );
}
