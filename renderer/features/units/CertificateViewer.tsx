import { styled } from '@mui/material/styles';
import type { UnitDetail } from '#contract/units.ts';
import { hex } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Stack } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { Caption, Dim, Mono } from '#ui/pieces/text.tsx';
import { CodeBlock } from '#ui/pieces/CodeBlock.tsx';

const Facts = styled('dl')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'max-content minmax(0, 1fr)',
  gap: '6px 18px',
  margin: 0,
  fontSize: 14,
  '& dt': { color: theme.tokens.dim },
  '& dd': { margin: 0, overflowWrap: 'anywhere' },
}));

/** The unit's IDevID: who, by whom, how long, which key, which extensions, and the PEM itself. */
export function CertificateViewer({ certificate }: { certificate: UnitDetail['certificate'] }) {
  if (!certificate)
    return <Empty title="No certificate">It is issued in the run, after the CSR was checked.</Empty>;
  return (
    <Stack>
      <Panel aria-label="Certificate">
        <Facts>
          <dt>Subject</dt>
          <dd>{certificate.subject}</dd>
          <dt>Issuer</dt>
          <dd>{certificate.issuer}</dd>
          <dt>Serial</dt>
          <dd>
            <CopyText text={certificate.serial} label="serial number" shown={hex(certificate.serial)} />
          </dd>
          <dt>Valid</dt>
          <dd>
            {certificate.notBefore} to {certificate.notAfter}
          </dd>
          <dt>Public key</dt>
          <dd>
            <Mono>{certificate.publicKey}</Mono>
          </dd>
          <dt>Fingerprint</dt>
          <dd>
            <CopyText text={certificate.fingerprint} label="fingerprint" />
          </dd>
        </Facts>
      </Panel>
      <Panel aria-label="Extensions">
        <Caption>Extensions</Caption>
        <Facts>
          {certificate.extensions.map((extension) => (
            <div key={extension.name} style={{ display: 'contents' }}>
              <dt>
                {extension.name}
                {extension.critical ? <Dim> · critical</Dim> : null}
              </dt>
              <dd>{extension.value}</dd>
            </div>
          ))}
        </Facts>
      </Panel>
      <CodeBlock title="PEM" text={certificate.pem} />
    </Stack>
  );
}
