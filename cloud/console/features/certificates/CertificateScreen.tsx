import Button from '@mui/material/Button';
import { useState } from 'react';
import { Panel, Row } from '#ui/pieces/layout.tsx';
import { Title } from '#ui/pieces/text.tsx';
import { useMay } from '#cloud/console/client/session.ts';
import { useQuery } from '#cloud/console/client/use-query.ts';
import { CodeBlock } from '#ui/pieces/CodeBlock.tsx';
import { Page } from '#cloud/console/pieces/Page.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { certificateLook } from '#cloud/console/pieces/words.ts';
import { CertificateFacts } from './CertificateFacts.tsx';
import { RevokeCertificate } from './RevokeCertificate.tsx';

/** One certificate. */
export function CertificateScreen({ fingerprint }: { fingerprint: string }) {
  const query = useQuery('certificate', { params: { fingerprint } });
  const mayRevoke = useMay('admin');
  const [revoking, setRevoking] = useState(false);
  return (
    <Page
      back={['/certificates', 'Certificates']}
      query={query}
      loading="Loading the certificate"
      footer={(certificate) =>
        mayRevoke && certificate.state === 'active' ? (
          <Button color="error" onClick={() => setRevoking(true)}>
            Revoke certificate
          </Button>
        ) : null
      }
    >
      {(certificate) => (
        <>
          <Row sx={{ gap: '20px' }}>
            <Title>Certificate</Title>
            <StateWord look={certificateLook[certificate.state]} size={24} />
          </Row>
          <Panel aria-label="Certificate">
            <CertificateFacts certificate={certificate} />
          </Panel>
          <CodeBlock title="PEM" text={certificate.pem} />
          {revoking ? (
            <RevokeCertificate
              certificate={certificate}
              onClose={() => setRevoking(false)}
              onDone={() => {
                setRevoking(false);
                query.reload();
              }}
            />
          ) : null}
        </>
      )}
    </Page>
  );
}
