import type { UnitDetail } from '#cloud/contract/views.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Stack } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { CodeBlock } from '#ui/pieces/CodeBlock.tsx';
import { recordLook } from '#cloud/console/pieces/words.ts';

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    // Shown as it is: a record that does not parse must be seen, not hidden.
    return json;
  }
}

const MEANS = {
  waiting: 'It is checked against the certificate of its station within minutes.',
  verified: 'It was signed by the station that made the unit and has not been changed since.',
  refused: 'Do not rely on it. Ask the people at the station and keep the device aside.',
};

/** The record as the station signed it, and whether the signature holds. */
export function UnitRecord({ record }: { record: UnitDetail['record'] }) {
  if (!record) return <Empty title="No record">A record is signed once the unit has passed.</Empty>;
  const look = recordLook[record.state];
  return (
    <Stack>
      <Notice tone={look.tone}>
        <b>{look.word}.</b> {record.reason ?? MEANS[record.state]}
        {record.reason === null || record.state !== 'refused' ? null : <div>{MEANS.refused}</div>}
      </Notice>
      <CodeBlock title="Record" text={pretty(record.json)} />
      <CodeBlock title="Signature (JWS)" text={record.jws} />
    </Stack>
  );
}
