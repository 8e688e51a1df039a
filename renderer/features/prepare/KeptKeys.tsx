import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Dim } from '#ui/pieces/text.tsx';

/** Said before the start: private keys leave this station, and for whom. */
export function KeptKeys({ fingerprint }: { fingerprint: string | null }) {
  return (
    <div style={{ marginTop: 12 }}>
      <Notice tone="unknown">
        <b>This job keeps the private keys.</b> The key of each unit goes into its record, sealed for the
        holder of{' '}
        {fingerprint === null ? (
          'a key whose file is no longer here.'
        ) : (
          <CopyText text={fingerprint} label="fingerprint of the recipient" />
        )}
        <br />
        <Dim>SHA-256 of the recipient’s public key. This station cannot open what is sealed.</Dim>
      </Notice>
    </div>
  );
}
