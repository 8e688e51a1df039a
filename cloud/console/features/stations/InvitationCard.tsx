import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import type { InvitationView } from '#cloud/contract/views.ts';
import { dateTime } from '#ui/format.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';
import { download, fileName } from '#cloud/console/pieces/download.ts';
import { Fingerprint } from '#cloud/console/pieces/Fingerprint.tsx';
import { SvgPicture } from '#cloud/console/pieces/SvgPicture.tsx';

const Grid = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) max-content',
  gap: '24px 40px',
  alignItems: 'start',
});
const Code = styled('div')({
  fontFamily: MONO,
  fontSize: 34,
  fontWeight: 700,
  lineHeight: 1.3,
  letterSpacing: 1,
  whiteSpace: 'nowrap',
});
const Part = styled('div')({ marginBottom: 22, '&:last-child': { marginBottom: 0 } });

const addressIn = (text: string): string => /U=([^;]+)/.exec(text)?.[1] ?? '';

/** Address, code, QR code and the fingerprint to compare: everything a person carries to the station. */
export function InvitationCard({ invitation, courier }: { invitation: InvitationView; courier: boolean }) {
  const address = addressIn(invitation.text);
  return (
    <Panel aria-label="Invitation" sx={{ padding: '22px 28px' }}>
      <Grid>
        <div>
          {courier ? (
            <Part>
              <Caption>1 · Invitation file, onto a stick</Caption>
              <Button
                onClick={() => download(`${fileName(invitation.name)}.rootline-invitation`, invitation.file)}
              >
                Download the invitation
              </Button>
            </Part>
          ) : (
            <Part>
              <Caption>1 · Address, into the station under Cloud</Caption>
              <CopyText text={address} label="address" />
            </Part>
          )}
          <Part>
            <Caption>2 · One-time code</Caption>
            <Code>{invitation.code}</Code>
            <Dim>
              Valid once, until {dateTime(invitation.expiresAt).slice(0, 16)}. Whoever has it can join: hand
              it over in person or by telephone.
            </Dim>
          </Part>
          <Part>
            <Caption>3 · Compare this with what the station shows</Caption>
            <Fingerprint value={invitation.rootFingerprint} label="root fingerprint" />
            <Dim>One group that differs: stop, somebody stands in between.</Dim>
          </Part>
        </div>
        {courier ? null : (
          <div style={{ width: 292 }}>
            <SvgPicture svg={invitation.svg} label="QR code with address and code" size={264} />
            <p style={{ margin: '10px 0 0', textAlign: 'center' }}>
              <Dim>Scan it at the station</Dim>
            </p>
          </div>
        )}
      </Grid>
    </Panel>
  );
}
