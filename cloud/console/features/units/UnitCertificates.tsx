import type { UnitDetail } from '#cloud/contract/views.ts';
import { Panel, Row, Spring, Stack } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { CertificateFacts } from '../certificates/CertificateFacts.tsx';
import { CodeBlock } from '#ui/pieces/CodeBlock.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import { certificateLook } from '#cloud/console/pieces/words.ts';
import { TextLink } from '#cloud/console/pieces/TextLink.tsx';

/** Every certificate of the unit, with its PEM. */
export function UnitCertificates({ certificates }: { certificates: UnitDetail['certificates'] }) {
  if (certificates.length === 0)
    return <Empty title="No certificate">It is issued in the run, after the CSR was checked.</Empty>;
  return (
    <Stack>
      {certificates.map((certificate) => (
        <Stack key={certificate.fingerprint}>
          <Panel aria-label="Certificate">
            <Row sx={{ marginBottom: '12px' }}>
              <StateWord look={certificateLook[certificate.state]} />
              <Spring />
              <TextLink href={`/certificates/${certificate.fingerprint}`}>Open the certificate</TextLink>
            </Row>
            <CertificateFacts certificate={certificate} />
          </Panel>
          <CodeBlock title="PEM" text={certificate.pem} />
        </Stack>
      ))}
    </Stack>
  );
}
