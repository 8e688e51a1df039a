import { styled } from '@mui/material/styles';
import { brand } from '#ui/brand.ts';
import { Mark } from '#ui/pieces/Mark.tsx';
import { Panel, Row, Scroll } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { usePreferences } from '#ui/preferences.ts';
import type { ThemeName } from '#ui/theme/tokens.ts';
import { useSession } from '#cloud/console/client/session.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import { Facts } from '#cloud/console/pieces/Facts.tsx';
import { Fingerprint } from '#cloud/console/pieces/Fingerprint.tsx';
import { roleWord } from '#cloud/console/pieces/words.ts';

const Body = styled(Scroll)({
  flex: 1,
  padding: 24,
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
  '& > section': { maxWidth: 760 },
});
const Outside = styled('a')(({ theme }) => ({
  position: 'relative',
  color: theme.tokens.tone.run.main,
  textUnderlineOffset: 3,
  '&::after': { content: '""', position: 'absolute', inset: '-17px -4px' },
}));

/** Looks of this window, and which cloud it shows. */
export function AboutScreen() {
  const session = useSession((s) => s.session);
  const { theme, setTheme } = usePreferences();
  if (!session) return null;
  return (
    <Body tabIndex={0} role="region" aria-label="About">
      <Row>
        <Mark size={48} />
        <div>
          <Title>{brand.name} cloud</Title>
          <Dim>Version {session.version} · Apache License 2.0</Dim>
        </div>
      </Row>
      <Panel aria-label="Appearance">
        <Caption>Appearance</Caption>
        <Choice<ThemeName>
          label="Appearance"
          value={theme}
          options={[
            ['dark', 'Dark'],
            ['light', 'Light'],
            ['contrast', 'High contrast'],
          ]}
          onChange={setTheme}
        />
      </Panel>
      <Panel aria-label="This cloud">
        <Caption>This cloud</Caption>
        <Facts
          facts={[
            ['Cloud', session.cloud],
            ['Tenant', session.tenant.name],
            ['Signed in', `${session.label}, ${roleWord[session.role]}`],
            [
              'API',
              <Outside href="/v1/api/openapi.json" target="_blank" rel="noreferrer">
                OpenAPI 3.1
              </Outside>,
            ],
          ]}
        />
      </Panel>
      <Panel aria-label="Root fingerprint">
        <Caption>Root fingerprint, compared when a station joins</Caption>
        <Fingerprint value={session.rootFingerprint} label="root fingerprint" />
      </Panel>
    </Body>
  );
}
