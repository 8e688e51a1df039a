import { styled } from '@mui/material/styles';
import { useIsLab } from '#client/state/session.ts';
import type { BenchSite, SelfTest } from '#client/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { StatusChip } from '#ui/pieces/StatusChip.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { BoundActions, FreeActions } from './BenchSiteActions.tsx';
import { MovedCable } from './MovedCable.tsx';
import { SelfTestSteps } from './SelfTestSteps.tsx';
import { SiteFacts } from './SiteFacts.tsx';
import { TestClock } from './TestClock.tsx';
import { useSiteActs } from './use-site-acts.ts';

const Name = styled('h2')({ margin: 0, fontSize: 20, fontWeight: 750 });

interface Props {
  site: BenchSite;
  target: string;
  /** Of a test of all sites. */
  tested: SelfTest | null;
  testing: boolean;
  onAttach: () => void;
  onChanged: () => void;
}

/** One site: what it is wired to, whether it answers, and its self-test. */
export function BenchSiteCard({ site, target, tested, testing, onAttach, onChanged }: Props) {
  const acts = useSiteActs(site.id, onChanged);
  const lab = useIsLab();
  const result = acts.result ?? tested;
  const busy = acts.testing || testing;
  const free = site.port === '';
  // A moved cable is said once, with its places.
  const error = site.moved !== null && site.error?.code === 'cable-moved' ? null : site.error;
  return (
    <Panel role="group" aria-label={`Bench site ${site.id}`}>
      <Row>
        <Name>{site.id}</Name>
        <Spring />
        {site.virtual ? <StatusChip>Virtual</StatusChip> : null}
        {site.lab ? <StatusChip tone="unknown">In the lab</StatusChip> : null}
        {free ? (
          <StatusChip tone="idle">Free socket</StatusChip>
        ) : (
          <StatusChip tone={site.online ? 'pass' : 'fail'}>{site.online ? 'Online' : 'Offline'}</StatusChip>
        )}
      </Row>
      {free ? (
        <Dim style={{ display: 'block', margin: '12px 0' }}>Nothing is attached here yet.</Dim>
      ) : (
        <SiteFacts site={site} target={target} />
      )}
      {site.moved ? <MovedCable moved={site.moved} /> : null}
      {error ? <ErrorPanel error={error} details={lab} /> : null}
      {lab && free ? <FreeActions site={site} onAttach={onAttach} /> : null}
      {lab && !free ? <BoundActions site={site} acts={acts} busy={busy} /> : null}
      {acts.error ? <ErrorPanel error={acts.error} details={lab} /> : null}
      {busy ? <TestClock byHand={site.control === BY_HAND} /> : null}
      {busy || result !== null ? <SelfTestSteps site={site.id} result={busy ? null : result} /> : null}
    </Panel>
  );
}

/** As the station names it (BenchSite.control). */
const BY_HAND = 'By hand';
