import { Redirect, Route, Switch } from 'wouter';
import { useOpenBatch } from '#client/state/batch.ts';
import { Bench } from '../features/bench/Bench.tsx';
import { Chips } from '../features/bench/Chips.tsx';
import { FixtureEditor } from '../features/bench/FixtureEditor.tsx';
import { PortsPage } from '../features/bench/PortsPage.tsx';
import { CloseBatch } from '../features/close/CloseBatch.tsx';
import { Courier } from '../features/courier/Courier.tsx';
import { ScanFrames } from '../features/courier/ScanFrames.tsx';
import { ShowFrames } from '../features/courier/ShowFrames.tsx';
import { Home } from '../features/home/Home.tsx';
import { LabScreen } from '../features/lab/LabScreen.tsx';
import { LabSites } from '../features/lab/LabSites.tsx';
import { DeadLetters } from '../features/onboarding/DeadLetters.tsx';
import { Targets } from '../features/onboarding/Targets.tsx';
import { PrepareBatch } from '../features/prepare/PrepareBatch.tsx';
import { RunningBatch } from '../features/running/RunningBatch.tsx';
import { About } from '../features/settings/About.tsx';
import { Settings } from '../features/settings/Settings.tsx';
import { JoinCloud } from '../features/sync/JoinCloud.tsx';
import { SyncScreen } from '../features/sync/SyncScreen.tsx';
import { UnitScreen } from '../features/units/UnitScreen.tsx';
import { UnitsScreen } from '../features/units/UnitsScreen.tsx';

function ToSite({ site }: { site: string }) {
  const batch = useOpenBatch();
  return <Redirect to={batch ? `/batch/${batch.id}/site/${site}` : '/bench'} replace />;
}

/** Address to screen. */
export function Routes() {
  return (
    <Switch>
      <Route path="/" component={Home} />
      <Route path="/batch/prepare/:kind?/:value?">
        {({ kind, value }) => (
          <PrepareBatch
            key={`${kind ?? ''} ${value ?? ''}`}
            kind={kind}
            value={decodeURIComponent(value ?? '')}
          />
        )}
      </Route>
      <Route path="/batch/:id/close">{({ id }) => <CloseBatch key={id} id={id} />}</Route>
      <Route path="/batch/:id/site/:site">
        {({ id, site }) => <RunningBatch key={id} id={id} site={site} />}
      </Route>
      <Route path="/batch/:id">{({ id }) => <RunningBatch key={id} id={id} site={null} />}</Route>
      <Route path="/site/:site">{({ site }) => <ToSite site={site} />}</Route>
      <Route path="/units">
        <UnitsScreen batchId={null} />
      </Route>
      <Route path="/units/batch/:id">{({ id }) => <UnitsScreen key={id} batchId={id} />}</Route>
      <Route path="/units/:id">{({ id }) => <UnitScreen key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/bench" component={Bench} />
      <Route path="/bench/ports" component={PortsPage} />
      <Route path="/bench/fixture" component={FixtureEditor} />
      <Route path="/bench/chips" component={Chips} />
      <Route path="/bench/lab/:site">{({ site }) => <LabScreen key={site} site={site} />}</Route>
      <Route path="/lab" component={LabSites} />
      <Route path="/lab/:site">{({ site }) => <Redirect to={`/bench/lab/${site}`} replace />}</Route>
      <Route path="/sync" component={SyncScreen} />
      <Route path="/sync/join/:way?">
        {({ way }) => <JoinCloud key={way ?? ''} way={way === 'file' ? 'file' : 'line'} />}
      </Route>
      <Route path="/sync/courier" component={Courier} />
      <Route path="/sync/courier/show" component={ShowFrames} />
      <Route path="/sync/courier/scan" component={ScanFrames} />
      <Route path="/sync/targets" component={Targets} />
      <Route path="/sync/targets/:id">{({ id }) => <DeadLetters key={id} id={id} />}</Route>
      <Route path="/settings" component={Settings} />
      <Route path="/about" component={About} />
      <Route>
        <Redirect to="/" replace />
      </Route>
    </Switch>
  );
}
