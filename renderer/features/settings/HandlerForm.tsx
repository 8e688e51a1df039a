import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { HandlerView } from '#contract/handler.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Row } from '#ui/pieces/layout.tsx';

interface Props {
  view: HandlerView;
  onChanged: () => void;
}

/** Empty, or no number of a port: the button stays off. */
const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;

/** Address and ports, and the one button that opens or closes. */
export function HandlerForm({ view, onChanged }: Props) {
  const [host, setHost] = useState(view.host);
  const [tcp, setTcp] = useState(String(view.tcpPort));
  const [http, setHttp] = useState(String(view.httpPort));
  const action = useAction();
  const save = (enabled: boolean) => {
    action.run(async () => {
      await call('handler.set', { enabled, host, tcpPort: Number(tcp), httpPort: Number(http) });
      onChanged();
    });
  };
  const holds = host !== '' && isPort(tcp) && isPort(http);
  const numeric = { htmlInput: { inputMode: 'numeric', maxLength: 5, autoComplete: 'off' } } as const;
  return (
    <>
      <Row sx={{ flexWrap: 'wrap' }}>
        <TextField
          label="Address"
          value={host}
          disabled={view.enabled}
          onChange={(event) => setHost(event.target.value.trim())}
          slotProps={{ htmlInput: { maxLength: 45, autoComplete: 'off' } }}
        />
        <TextField
          label="Port for lines"
          value={tcp}
          disabled={view.enabled}
          error={!isPort(tcp)}
          onChange={(event) => setTcp(event.target.value)}
          slotProps={numeric}
        />
        <TextField
          label="Port for HTTP"
          value={http}
          disabled={view.enabled}
          error={!isPort(http)}
          onChange={(event) => setHttp(event.target.value)}
          slotProps={numeric}
        />
        <Button
          variant={view.enabled ? 'outlined' : 'contained'}
          disabled={!holds || action.busy || (!view.enabled && !view.hasToken)}
          onClick={() => save(!view.enabled)}
        >
          {view.enabled ? 'Close the port' : 'Open the port'}
        </Button>
      </Row>
      {action.error ? <ErrorPanel error={action.error} details /> : null}
    </>
  );
}
