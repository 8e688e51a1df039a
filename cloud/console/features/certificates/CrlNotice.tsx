import { count, dateTime } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { plural } from '#cloud/console/pieces/words.ts';

/** One line on the lists of revoked certificates that the cloud publishes. */
export function CrlNotice() {
  const { data, error, reload } = useQuery('crls', {});
  if (error) return <ErrorPanel error={error} onRetry={reload} />;
  if (!data) return null;
  const revoked = data.crls.reduce((sum, crl) => sum + crl.revoked, 0);
  const [latest] = data.crls.map((crl) => crl.thisUpdate).toSorted((a, b) => b.localeCompare(a));
  return (
    <Dim>
      {count(data.crls.length)} {plural(data.crls.length, 'list')} of revoked certificates (CRL) published,{' '}
      {count(revoked)} {plural(revoked, 'entry', 'entries')}
      {latest === undefined ? '' : `, the latest of ${dateTime(latest).slice(0, 16)}`}
    </Dim>
  );
}
