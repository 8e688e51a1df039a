import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

/** A reader of RFC 4180, one record: for the test only. */
function parse(line: string): string[] {
  const cells: string[] = [];
  const pattern = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    const cell = match[1] ?? '';
    cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (match[2] === '\r\n') return cells;
  }
  throw new SyntaxError(line);
}

it('is read back by a reader of RFC 4180, whatever the text', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (values) => {
      const expected = values.map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));
      expect(parse(csvLine(values))).toEqual(expected);
    }),
  );
});

it('lets no text run as a formula, and leaves numbers alone', () => {
  const cells = parse(csvLine(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', -5.5, null, true]));
  expect(cells).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", '-5.5', '', 'true']);
});
