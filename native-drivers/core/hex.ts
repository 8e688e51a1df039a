/** Upper-case hex of a number, filled up with zeros. */
export const hex = (value: number, digits: number): string =>
  value.toString(16).padStart(digits, '0').toUpperCase();
