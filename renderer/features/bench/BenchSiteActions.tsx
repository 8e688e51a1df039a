import Button from '@mui/material/Button';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { BenchSite } from '#client/views.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';
import { Row, Spring } from '#ui/pieces/layout.tsx';
import { stopTest } from './stop-test.ts';
import type { SiteActs } from './use-site-acts.ts';

interface Props {
  site: BenchSite;
  acts: SiteActs;
  /** A self-test is under way. */
  busy: boolean;
}

/** At a site that something is bound to. */
export function BoundActions({ site, acts, busy }: Props) {
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const off = acts.busy || busy;
  return (
    <Row sx={{ mt: 3, flexWrap: 'wrap' }}>
      {site.moved ? (
        <Button variant="contained" disabled={off} onClick={acts.follow}>
          Follow the cable
        </Button>
      ) : null}
      {busy ? (
        <Button onClick={() => stopTest(site.id)}>Stop</Button>
      ) : (
        <Button disabled={off || site.lab} onClick={acts.test}>
          Self-test
        </Button>
      )}
      <Button onClick={() => go(`/bench/lab/${site.id}`)}>{site.lab ? 'Open the lab' : 'Lab'}</Button>
      <Spring />
      {site.virtual ? null : (
        <Button color="error" disabled={off || site.lab} onClick={() => setAsking(true)}>
          Detach
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        danger
        title={`Detach the board from ${site.id}?`}
        confirm="Detach"
        onClose={() => setAsking(false)}
        onConfirm={acts.detach}
      >
        {site.port} is free then, and nothing is produced on {site.id}. Units made on it keep their records.
      </ConfirmDialog>
    </Row>
  );
}

/** At a socket that nothing is bound to. */
export function FreeActions({ site, onAttach }: { site: BenchSite; onAttach: () => void }) {
  return (
    <Button aria-label={`Attach to ${site.id}`} onClick={onAttach}>
      Attach
    </Button>
  );
}
