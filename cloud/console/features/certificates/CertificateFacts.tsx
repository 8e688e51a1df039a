import type { CertificateRow } from '#cloud/contract/views.ts';
import { dateTime, hex } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Facts } from '#cloud/console/pieces/Facts.tsx';
import { reasonWord } from './reasons.ts';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';

function validText({ notBefore, notAfter }: CertificateRow): string {
  // RFC 5280, 4.1.2.5: 9999-12-31 23:59:59 stands for no end; IEEE 802.1AR, 8.7 uses it.
  const end = notAfter.startsWith('9999') ? 'no end' : dateTime(notAfter);
  return `${dateTime(notBefore)} to ${end}`;
}

/** What a certificate says. */
export function CertificateFacts({ certificate }: { certificate: CertificateRow }) {
  const { deviceId, revokedAt, reason, station, stationId, fingerprint } = certificate;
  return (
    <Facts
      facts={[
        ['Subject', certificate.subject],
        ['Issuer', certificate.issuer],
        [
          'Serial',
          <CopyText text={certificate.serial} label="serial number" shown={hex(certificate.serial)} />,
        ],
        ['Valid', validText(certificate)],
        [
          'Device',
          deviceId === null ? (
            'none of the fleet'
          ) : (
            <TextLink href={`/units/${encodeURIComponent(deviceId)}`}>{deviceId}</TextLink>
          ),
        ],
        stationId === null
          ? null
          : ['Station', <TextLink href={`/stations/${stationId}`}>{station}</TextLink>],
        ['Fingerprint', <CopyText text={fingerprint} label="fingerprint" />],
        revokedAt === null ? null : ['Revoked', `${dateTime(revokedAt)}, ${reasonWord(reason)}`],
      ]}
    />
  );
}
