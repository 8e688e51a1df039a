import type { RunView } from '#contract/sites.ts';
import { MeasurementRow } from '#ui/pieces/MeasurementRow.tsx';
import { Caption } from '#ui/pieces/text.tsx';

/** The measurements that broke their limits, before the long list in which they stand. */
export function OutOfLimit({ run }: { run: RunView | null }) {
  const broken =
    run?.phases.flatMap((phase) => phase.measurements).filter((measurement) => !measurement.ok) ?? [];
  if (broken.length === 0) return null;
  return (
    <div>
      <Caption as="h3">Out of limits</Caption>
      {broken.map((measurement) => (
        <MeasurementRow key={measurement.name} measurement={measurement} />
      ))}
    </div>
  );
}
