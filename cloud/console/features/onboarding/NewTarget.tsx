import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { TargetView } from '#cloud/contract/views.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { BackButton } from '#cloud/console/pieces/BackButton.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Panel, Scroll, Spring, Stack } from '#ui/pieces/layout.tsx';
import { Caption, Dim, Title } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { Choice } from '#cloud/console/pieces/Choice.tsx';
import { fileWord, filesOf, modeMeaning } from './target-text.ts';

const Body = styled(Scroll)({
  flex: 1,
  padding: 24,
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
  alignContent: 'start',
  gap: 16,
});

const EMPTY = {
  name: '',
  url: '',
  ca: '',
  username: '',
  password: '',
  jobs: '',
  rate: '2000',
  crlFile: '',
  pidFile: '',
  aclFile: '',
  caDirectory: '',
};
type Fields = typeof EMPTY;

interface FieldProps {
  fields: Fields;
  name: keyof Fields;
  label: string;
  help?: string;
  rows?: number;
  type?: string;
  onChange: (change: Partial<Fields>) => void;
}

function Field({ fields, name, label, help, rows, type, onChange }: FieldProps) {
  return (
    <TextField
      label={label}
      value={fields[name]}
      {...(help === undefined ? {} : { helperText: help })}
      {...(rows === undefined ? {} : { multiline: true, rows })}
      {...(type === undefined ? {} : { type })}
      onChange={(event) => onChange({ [name]: event.target.value })}
      slotProps={{
        htmlInput: { autoComplete: type === 'password' ? 'new-password' : 'off', spellCheck: false },
      }}
    />
  );
}

const jobsIn = (text: string): string[] => text.split(/[\s,;]+/).filter((job) => job !== '');

function bodyOf(fields: Fields, mode: TargetView['mode']) {
  const { name, url, ca, username, password, jobs, rate } = fields;
  return {
    ...{ name, url, ca, username, password, mode },
    ...Object.fromEntries(filesOf[mode].map((file) => [file, fields[file]])),
    kind: 'mosquitto' as const,
    jobs: jobsIn(jobs),
    ratePerSecond: Number(rate),
  };
}

/** A broker that has to know the devices. */
export function NewTarget() {
  const [fields, setFields] = useState(EMPTY);
  const [mode, setMode] = useState<TargetView['mode']>('devices');
  const action = useAction();
  const [, go] = useLocation();
  const onChange = (change: Partial<Fields>) => setFields((old) => ({ ...old, ...change }));
  const common = { fields, onChange };
  const ready =
    fields.name.trim() !== '' && /^mqtts?:\/\/[^\s/]+$/.test(fields.url) && Number(fields.rate) > 0;
  const create = () =>
    action.run(async () => {
      const target = await call('createTarget', { body: bodyOf(fields, mode) });
      go(`/onboarding/${target.id}`);
    });
  return (
    <PageFrame
      footer={
        <>
          <BackButton to="/onboarding" word="Onboarding" />
          <Spring />
          <Button variant="contained" disabled={!ready || action.busy} onClick={create}>
            Add the target
          </Button>
        </>
      }
    >
      <Body tabIndex={0} role="region" aria-label="New target">
        <Title sx={{ gridColumn: '1 / -1' }}>New target: Mosquitto</Title>
        {action.error ? (
          <div style={{ gridColumn: '1 / -1' }}>
            <ErrorPanel error={action.error} />
          </div>
        ) : null}
        <Panel aria-label="Broker">
          <Caption>Broker</Caption>
          <Stack sx={{ gap: '18px', paddingTop: '8px' }}>
            <Field {...common} name="name" label="Name" />
            <Field {...common} name="url" label="Address" help="mqtts://host:8883" />
            <Field {...common} name="ca" label="CA of the broker (PEM)" rows={4} />
            <Field {...common} name="username" label="User for administration" />
            <Field
              {...common}
              name="password"
              label="Password"
              type="password"
              help="Sealed at rest and never shown again"
            />
          </Stack>
        </Panel>
        <Panel aria-label="Devices">
          <Caption>Devices</Caption>
          <Stack sx={{ gap: '18px' }}>
            <div>
              <Choice
                label="How devices are registered"
                value={mode}
                options={[
                  ['devices', 'Each device'],
                  ['devices-by-file', 'Each by file'],
                  ['ca', 'Once for the CA'],
                ]}
                onChange={setMode}
              />
              <p style={{ margin: '10px 0 0' }}>
                <Dim>{modeMeaning[mode]}</Dim>
              </p>
            </div>
            <Field
              {...common}
              name="jobs"
              label="Only of these jobs"
              help="Ids with commas; empty: all jobs"
            />
            <Field {...common} name="rate" label="At most, a second" />
            <div>
              <Caption>Files of the broker</Caption>
              <Dim>Paths as this cloud sees them; empty where the broker is on another machine.</Dim>
            </div>
            {filesOf[mode].map((name) => (
              <Field key={name} {...common} name={name} label={fileWord[name]} />
            ))}
          </Stack>
        </Panel>
      </Body>
    </PageFrame>
  );
}
