/** One measured value and what it should be. `goal` in the value's own unit; null = for information. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  goal: number | null;
}
