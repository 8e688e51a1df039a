import type { BenchSite } from '#client/views.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Mono } from '#ui/pieces/text.tsx';

/** A cable that is in another socket of the hub: said with both places, and nothing is opened there. */
export function MovedCable({ moved }: { moved: NonNullable<BenchSite['moved']> }) {
  return (
    <Notice tone="unknown" role="alert">
      The cable of this site was at <Mono>{moved.from}</Mono> and is now at <Mono>{moved.to}</Mono>. Put it
      back, or let the site follow it if its board moved with it.
    </Notice>
  );
}
