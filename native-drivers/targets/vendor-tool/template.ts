import { DriverError } from '#drivers/core/errors.ts';

/** Fields of a line template and the text that they stand for. */
const FIELDS: Readonly<Record<string, string>> = {
  percent: String.raw`(?<percent>\d{1,3}(?:[.,]\d{1,6})?)`,
  uid: String.raw`(?<uid>(?:0x)?[0-9A-Fa-f](?:[:\- ]?[0-9A-Fa-f]){3,127})`,
  '*': '.*?',
};
/** More wildcards than this make a match slow on a long line. */
const MOST_WILDCARDS = 2;
const PLACE = /\{([^{}]*)\}/;

/** What a line says: null where it is not such a line. */
export type LineTemplate = (line: string) => { percent?: number; uid?: string } | null;

/**
 * A template of a recipe as a matcher. No regular expression comes from a recipe: literal text and known fields only.
 * Throws `bad-argument` for a field that does not exist.
 */
export function lineTemplate(template: string): LineTemplate {
  const expression = new RegExp(patternOf(template));
  return (line) => {
    const found = expression.exec(line);
    if (found === null) return null;
    const { percent, uid } = found.groups ?? {};
    return {
      ...(percent === undefined ? {} : { percent: Number(percent.replace(',', '.')) }),
      ...(uid === undefined
        ? {}
        : {
            uid: uid
              .replace(/^0x/, '')
              .replace(/[:\- ]/g, '')
              .toLowerCase(),
          }),
    };
  };
}

function patternOf(template: string): string {
  const pieces = template.split(new RegExp(PLACE, 'g'));
  const names = pieces.filter((_piece, index) => index % 2 === 1);
  const strange = names.find((name, index) => FIELDS[name] === undefined || isTwice(names, index));
  const wildcards = names.filter((name) => name === '*').length;
  if (strange !== undefined || wildcards > MOST_WILDCARDS)
    throw new DriverError('bad-argument', 'A line template of the recipe has a field that does not exist.', {
      ...{ chip: 'untouched', context: { template, field: strange ?? '*' } },
    });
  return pieces.map((piece, index) => (index % 2 === 1 ? (FIELDS[piece] ?? '') : literal(piece))).join('');
}

const isTwice = (names: readonly string[], index: number): boolean =>
  names[index] !== '*' && names.indexOf(names[index] ?? '') !== index;

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
