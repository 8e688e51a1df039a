import type { BenchSite } from '#client/views.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Mono } from '#ui/pieces/text.tsx';

/** A cable that is in another socket of the hub: said with both places, and nothing is opened there. */
export function MovedCable({ moved }: { moved: NonNullable<BenchSite['moved']> }) {
  return (
    <Notice tone="unknown" role="alert">
      <b>
        The cable was at <Mono>{moved.from}</Mono>, is at <Mono>{moved.to}</Mono>.
      </b>{' '}
      The site is off meanwhile. Put it back, or let the site follow it if its socket moved as well.
    </Notice>
  );
}
