import type { StationView } from '#cloud/contract/views.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { Fingerprint } from '#cloud/console/pieces/Fingerprint.tsx';

/** The station is in: its key is compared, the other way round. */
export function Joined({ station }: { station: StationView }) {
  return (
    <>
      <Notice tone="pass" role="status">
        <b>{station.name} has joined.</b> Compare its key once more, then it may be used.
      </Notice>
      {station.keyFingerprint === null ? null : (
        <Panel aria-label="Key of the station">
          <Caption>Compare this with what the station shows under Cloud</Caption>
          <Fingerprint value={station.keyFingerprint} label="key fingerprint" large />
          <Dim>If they differ, revoke the station and invite it again.</Dim>
        </Panel>
      )}
    </>
  );
}
