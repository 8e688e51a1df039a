import { Redirect, Route, Switch } from 'wouter';
import { AboutScreen } from '../features/about/AboutScreen.tsx';
import { AccessScreen } from '../features/access/AccessScreen.tsx';
import { BatchesScreen } from '../features/batches/BatchesScreen.tsx';
import { CertificateScreen } from '../features/certificates/CertificateScreen.tsx';
import { CertificatesScreen } from '../features/certificates/CertificatesScreen.tsx';
import { CourierScreen } from '../features/courier/CourierScreen.tsx';
import { FramesScreen } from '../features/courier/FramesScreen.tsx';
import { ScanScreen } from '../features/courier/ScanScreen.tsx';
import { WriteTransfer } from '../features/courier/WriteTransfer.tsx';
import { Fleet } from '../features/fleet/Fleet.tsx';
import { LogScreen } from '../features/log/LogScreen.tsx';
import { NewTarget } from '../features/onboarding/NewTarget.tsx';
import { TargetScreen } from '../features/onboarding/TargetScreen.tsx';
import { TargetsScreen } from '../features/onboarding/TargetsScreen.tsx';
import { NewOrder } from '../features/orders/NewOrder.tsx';
import { OrdersScreen } from '../features/orders/OrdersScreen.tsx';
import { InviteStation } from '../features/stations/InviteStation.tsx';
import { StationScreen } from '../features/stations/StationScreen.tsx';
import { StationsScreen } from '../features/stations/StationsScreen.tsx';
import { UnitScreen } from '../features/units/UnitScreen.tsx';
import { UnitsScreen } from '../features/units/UnitsScreen.tsx';
import { useMay } from '../client/session.ts';

/** Screens that only change things: whoever may not is taken to the list. */
function forWhomMay(
  may: boolean,
  path: string,
  list: string,
  screen: (id: string | null) => React.ReactNode,
) {
  return (
    <Route key={path} path={path}>
      {({ id }: { id?: string }) => (may ? screen(id ?? null) : <Redirect to={list} replace />)}
    </Route>
  );
}

/** Address to screen. */
export function Routes() {
  const admin = useMay('admin');
  const planner = useMay('planner');
  return (
    <Switch>
      <Route path="/" component={Fleet} />
      {forWhomMay(admin, '/stations/invite', '/stations', () => (
        <InviteStation id={null} />
      ))}
      {forWhomMay(admin, '/stations/:id/invite', '/stations', (id) => (
        <InviteStation key={id} id={id} />
      ))}
      <Route path="/stations/:id">{({ id }) => <StationScreen key={id} id={id} />}</Route>
      <Route path="/stations" component={StationsScreen} />
      <Route path="/batches/station/:id">{({ id }) => <BatchesScreen key={id} stationId={id} />}</Route>
      <Route path="/batches">
        <BatchesScreen stationId={null} />
      </Route>
      <Route path="/units/batch/:id">{({ id }) => <UnitsScreen key={id} batchId={id} />}</Route>
      <Route path="/units/:id">{({ id }) => <UnitScreen key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/units">
        <UnitsScreen batchId={null} />
      </Route>
      <Route path="/certificates/:id">{({ id }) => <CertificateScreen key={id} fingerprint={id} />}</Route>
      <Route path="/certificates" component={CertificatesScreen} />
      {forWhomMay(planner, '/orders/new', '/orders', () => (
        <NewOrder />
      ))}
      <Route path="/orders" component={OrdersScreen} />
      {forWhomMay(admin, '/onboarding/new', '/onboarding', () => (
        <NewTarget />
      ))}
      <Route path="/onboarding/:id">{({ id }) => <TargetScreen key={id} id={id} />}</Route>
      <Route path="/onboarding" component={TargetsScreen} />
      {forWhomMay(planner, '/courier/write/:id?', '/courier', (id) => (
        <WriteTransfer key={id} stationId={id} />
      ))}
      {forWhomMay(planner, '/courier/frames/:id', '/courier', (id) =>
        id === null ? null : <FramesScreen key={id} id={id} />,
      )}
      {forWhomMay(planner, '/courier/scan', '/courier', () => (
        <ScanScreen />
      ))}
      <Route path="/courier" component={CourierScreen} />
      <Route path="/log" component={LogScreen} />
      <Route path="/access" component={AccessScreen} />
      <Route path="/about" component={AboutScreen} />
      <Route>
        <Redirect to="/" replace />
      </Route>
    </Switch>
  );
}
