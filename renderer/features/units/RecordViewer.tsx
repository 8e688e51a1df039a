import type { UnitDetail } from '#contract/units.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { CodeBlock } from '#ui/pieces/CodeBlock.tsx';
import { Dim } from '#ui/pieces/text.tsx';

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    // Shown as it is: a record that does not parse must be seen, not hidden.
    return json;
  }
}

/** The record as it leaves the station, and its signature. */
export function RecordViewer({ record, keptFor }: Pick<UnitDetail, 'record' | 'keptFor'>) {
  if (!record) return <Empty title="No record yet">It is signed once the unit has passed.</Empty>;
  return (
    <Stack>
      {keptFor === null ? null : (
        <Notice tone="unknown">
          <b>
            Private key kept, sealed for <CopyText text={keptFor} label="fingerprint of the recipient" />
          </b>
          <br />
          <Dim>It is in this record. Only the holder of that key can open it; this station cannot.</Dim>
        </Notice>
      )}
      <CodeBlock title="Record" text={pretty(record.json)} />
      <CodeBlock title="Signature (JWS)" text={record.jws} />
    </Stack>
  );
}
