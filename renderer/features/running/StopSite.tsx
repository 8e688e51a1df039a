import Button from '@mui/material/Button';
import { useState } from 'react';
import type { SiteView } from '#contract/sites.ts';
import { call } from '#client/client.ts';
import { useIsFloor } from '#client/state/session.ts';
import { useAction } from '#client/use-action.ts';
import { ConfirmDialog } from '#ui/pieces/ConfirmDialog.tsx';

/** Stops one site, after asking. */
export function StopSite({ site }: { site: SiteView }) {
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const floor = useIsFloor();
  if (!floor || site.state !== 'running') return null;
  return (
    <>
      <Button color="error" disabled={action.busy} onClick={() => setAsking(true)}>
        Stop this site
      </Button>
      <ConfirmDialog
        open={asking}
        danger
        title={`Stop site ${site.id}?`}
        confirm="Stop this site"
        onClose={() => setAsking(false)}
        onConfirm={() => action.run(() => call('sites.stop', { site: site.id }))}
      >
        The unit is stopped where it is and counts as failed. If it is being locked it must be read back
        afterwards.
      </ConfirmDialog>
    </>
  );
}
