import Button from '@mui/material/Button';
import { useLocation } from 'wouter';
import type { OverviewView } from '#cloud/contract/views.ts';
import { glue } from '#ui/format.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Row, Stack } from '#ui/pieces/layout.tsx';
import { Caption } from '#ui/pieces/text.tsx';

type Alert = OverviewView['alerts'][number];

function OneAlert({ alert }: { alert: Alert }) {
  const [, go] = useLocation();
  const { stationId } = alert;
  return (
    <Notice tone={alert.level === 'error' ? 'fail' : 'unknown'}>
      <Row sx={{ alignItems: 'flex-start' }}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <div>
            <b>{glue(alert.text)}</b>
          </div>
          <div>{glue(alert.next)}</div>
        </div>
        {stationId === null ? null : (
          <Button onClick={() => go(`/stations/${stationId}`)}>Open station</Button>
        )}
      </Row>
    </Notice>
  );
}

/** What somebody should look at, worst first, each with what to do. */
export function Alerts({ alerts }: { alerts: OverviewView['alerts'] }) {
  return (
    <section aria-label="Needs a hand">
      <Caption>Needs a hand</Caption>
      <Stack>
        {alerts.length === 0 ? (
          <Notice tone="pass">Nothing. Every station is heard and in order.</Notice>
        ) : null}
        {alerts.map((alert) => (
          <OneAlert key={alert.id} alert={alert} />
        ))}
      </Stack>
    </section>
  );
}
