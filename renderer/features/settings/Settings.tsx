import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { usePreferences } from '#ui/preferences.ts';
import { Panel, Row, Scroll } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { playTone } from '#ui/sound.ts';
import { useIsLab } from '#client/state/session.ts';
import type { ThemeName } from '#ui/theme/tokens.ts';
import { HandlerPanel } from './HandlerPanel.tsx';

const Page = styled(Scroll)({
  padding: 24,
  display: 'flex',
  flexDirection: 'column',
  gap: 20,
  '& > section': { maxWidth: 720 },
});
const THEMES: readonly { name: ThemeName; word: string }[] = [
  { name: 'dark', word: 'Dark' },
  { name: 'light', word: 'Light' },
  { name: 'contrast', word: 'High contrast' },
];

/** What this screen looks and sounds like, kept on this screen only; for the lab also where handlers connect. */
export function Settings() {
  const { theme, sound, setTheme, setSound } = usePreferences();
  const lab = useIsLab();
  return (
    <Page>
      <Title>Settings</Title>
      <Panel aria-label="Theme">
        <Caption>Theme</Caption>
        <ToggleButtonGroup
          exclusive
          aria-label="Theme"
          value={theme}
          onChange={(_, name: ThemeName | null) => {
            if (name) setTheme(name);
          }}
        >
          {THEMES.map(({ name, word }) => (
            <ToggleButton key={name} value={name}>
              {word}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </Panel>
      <Panel aria-label="Sound">
        <Caption>Sound</Caption>
        <Row sx={{ flexWrap: 'wrap' }}>
          <ToggleButtonGroup
            exclusive
            aria-label="Sound"
            value={sound}
            onChange={(_, on: boolean | null) => {
              if (on !== null) setSound(on);
            }}
          >
            <ToggleButton value={true}>On</ToggleButton>
            <ToggleButton value={false}>Muted</ToggleButton>
          </ToggleButtonGroup>
          <Button onClick={() => playTone('pass')}>Hear: passed</Button>
          <Button onClick={() => playTone('attention')}>Hear: look here</Button>
        </Row>
        <p>
          <Dim>
            Two tones: rising when a unit has passed, low and twice when one has failed or must be read back.
          </Dim>
        </p>
      </Panel>
      {lab ? <HandlerPanel /> : null}
    </Page>
  );
}
