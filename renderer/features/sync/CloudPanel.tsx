import type { SyncView } from '#contract/sync.ts';
import { useWallClock } from '#ui/clock.ts';
import { dateTime, rate } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { fingerprintGroups } from '#ui/pieces/Fingerprint.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption } from '#ui/pieces/text.tsx';
import { Facts, Warned } from './Facts.tsx';
import { offsetText } from './line-words.ts';

const DAY_MS = 86_400_000;
/** A line that renews by itself does so long before: this near, it did not. */
const ENDS_SOON_DAYS = 14;

const short = (fingerprint: string): string => `${fingerprintGroups(fingerprint).slice(0, 4).join(' ')} …`;

function Ends({ at }: { at: string }) {
  const now = useWallClock();
  const days = Math.floor((Date.parse(at) - now) / DAY_MS);
  const day = dateTime(at).slice(0, 10);
  if (days >= ENDS_SOON_DAYS) return `${day} · in ${days} d`;
  return <Warned>{days < 0 ? `ended ${day}` : `${day} · in ${days} d`}</Warned>;
}

function Clock({ offset }: { offset: number | null }) {
  const told = offsetText(offset);
  if (told === null) return null;
  return (
    <>
      <dt>Clock</dt>
      <dd>{told.warn ? <Warned>{told.text}: set it</Warned> : told.text}</dd>
    </>
  );
}

/** Whose cloud this is, by which keys both know each other, and what the line is allowed. */
export function CloudPanel({ view }: { view: SyncView }) {
  const { cloud, settings } = view;
  if (cloud === null) return null;
  return (
    <Panel aria-label="Cloud">
      <Caption>Cloud</Caption>
      <Facts>
        <dt>Name</dt>
        <dd>{cloud.name}</dd>
        {cloud.tenant === cloud.name ? null : (
          <>
            <dt>Tenant</dt>
            <dd>{cloud.tenant}</dd>
          </>
        )}
        {cloud.url === '' ? null : (
          <>
            <dt>Address</dt>
            <dd>{cloud.url.replace(/^https:\/\//, '')}</dd>
          </>
        )}
        <dt>Known there as</dt>
        <dd>{cloud.stationName}</dd>
        <dt>Cloud’s key</dt>
        <dd>
          <CopyText
            text={cloud.fingerprint}
            shown={short(cloud.fingerprint)}
            label="fingerprint of the cloud"
          />
        </dd>
        <dt>Station’s key</dt>
        <dd>
          <CopyText
            text={cloud.keyFingerprint}
            shown={short(cloud.keyFingerprint)}
            label="fingerprint of this station"
          />
        </dd>
        <dt>Certificate until</dt>
        <dd>
          <Ends at={cloud.certificateEnds} />
        </dd>
        <Clock offset={view.clockOffset} />
        {settings.bytesPerSecond === null ? null : (
          <>
            <dt>At most</dt>
            <dd>{rate(settings.bytesPerSecond)}</dd>
          </>
        )}
        {settings.proxy === '' ? null : (
          <>
            <dt>Proxy</dt>
            <dd>{settings.proxy}</dd>
          </>
        )}
        {settings.courierFolder === '' ? null : (
          <>
            <dt>Watched folder</dt>
            <dd>{settings.courierFolder}</dd>
          </>
        )}
      </Facts>
    </Panel>
  );
}
