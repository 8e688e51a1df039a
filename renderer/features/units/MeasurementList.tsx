import type { MeasurementView } from '#contract/sites.ts';
import { MeasurementRow } from '#ui/pieces/MeasurementRow.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Empty } from '#ui/pieces/states.tsx';

/** Every measurement of the unit against its limits. */
export function MeasurementList({ measurements }: { measurements: readonly MeasurementView[] }) {
  if (measurements.length === 0) return <Empty title="Nothing measured yet" />;
  return (
    <Panel aria-label="Measurements">
      {measurements.map((measurement, index) => (
        <MeasurementRow key={`${measurement.name} ${index}`} measurement={measurement} />
      ))}
    </Panel>
  );
}
