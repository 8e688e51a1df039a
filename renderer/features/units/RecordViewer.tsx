import type { UnitDetail } from '#contract/units.ts';
import { Stack } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';
import { CodeBlock } from '#ui/pieces/CodeBlock.tsx';

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    // Shown as it is: a record that does not parse must be seen, not hidden.
    return json;
  }
}

/** The record as it leaves the station, and its signature. */
export function RecordViewer({ record }: { record: UnitDetail['record'] }) {
  if (!record) return <Empty title="No record yet">It is signed once the unit has passed.</Empty>;
  return (
    <Stack>
      <CodeBlock title="Record" text={pretty(record.json)} />
      <CodeBlock title="Signature (JWS)" text={record.jws} />
    </Stack>
  );
}
