import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { CertificateRow } from '#cloud/contract/views.ts';
import { Mono } from '#ui/pieces/text.tsx';
import { call } from '#cloud/console/client/client.ts';
import { useAction } from '#cloud/console/client/use-action.ts';
import { TypedConfirm } from '#cloud/console/pieces/TypedConfirm.tsx';
import { REASONS, type Reason } from './reasons.ts';

/** Digits of the fingerprint that have to be typed. */
const DIGITS = 8;
interface Props {
  certificate: CertificateRow;
  onDone: () => void;
  onClose: () => void;
}

/** Takes a device's certificate out of use, for good. */
export function RevokeCertificate({ certificate, onDone, onClose }: Props) {
  const [reason, setReason] = useState<Reason>('keyCompromise');
  const action = useAction();
  const { fingerprint, deviceId } = certificate;
  const revoke = () =>
    action.run(async () => {
      await call('revokeCertificate', { params: { fingerprint }, body: { reason } });
      onDone();
    });
  return (
    <TypedConfirm
      title="Revoke this certificate"
      expected={fingerprint.slice(-DIGITS)}
      label={`Last ${DIGITS} digits of the fingerprint`}
      confirm="Revoke certificate"
      action={action}
      onConfirm={revoke}
      onClose={onClose}
    >
      {deviceId === null ? null : (
        <p style={{ marginTop: 0 }}>
          Of device <Mono>{deviceId}</Mono>
        </p>
      )}
      <p style={{ marginTop: 0 }}>What will happen:</p>
      <ul style={{ paddingLeft: 20, lineHeight: 1.6 }}>
        <li>It goes into the list of revoked certificates, which is published anew.</li>
        <li>Every onboarding target is told: the device is thrown out and cannot come back with it.</li>
        <li>The station that issued it is told, at its next contact or by the next transfer.</li>
      </ul>
      <p>This cannot be undone. The device needs a new certificate to be let in again.</p>
      <TextField
        select
        label="Reason"
        value={reason}
        onChange={(event) => setReason(event.target.value as Reason)}
        fullWidth
      >
        {Object.entries(REASONS).map(([value, word]) => (
          <MenuItem key={value} value={value}>
            {word}
          </MenuItem>
        ))}
      </TextField>
    </TypedConfirm>
  );
}
